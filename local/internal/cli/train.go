package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/local/internal/examples"
)

// trainCommand trains the models of the example servers.
func trainCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "train",
		Short: "Train the models of the example servers",
		Long: "Train the models of the example servers, with the packages of their images, and print the files. The same variant\n" +
			"gives the same files on every machine. A variant is one of the training scripts', such as retrained: a model whose\n" +
			"answers differ. Needs Debian 12 on amd64, and root.",
		Example: "  ferry train --variant retrained",
		Args:    cobra.NoArgs,
	}
	layoutOf := layoutFlag(cmd)
	variant := cmd.Flags().String("variant", examples.DefaultVariant, "`VARIANT` of the models")
	dir := cmd.Flags().String("dir", "", "`FOLDER` for the files (default .local/trained/VARIANT)")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		layout, err := layoutOf()
		if err != nil {
			return err
		}
		servers, err := examples.Open(cmd.Context(), layout, func(line string) { fmt.Fprintln(cmd.ErrOrStderr(), line) })
		if err != nil {
			return err
		}
		trained, err := servers.Train(cmd.Context(), *variant)
		if err != nil {
			return err
		}
		if *dir == "" {
			*dir = filepath.Join(layout.LocalDir(), "trained", *variant)
		}
		return copyFiles(cmd, trained, *dir)
	}
	return cmd
}

// copyFiles copies the trained files to a folder and prints their names.
func copyFiles(cmd *cobra.Command, from, to string) error {
	for _, name := range examples.Files() {
		file := filepath.Join(to, filepath.FromSlash(name))
		content, err := os.ReadFile(filepath.Join(from, filepath.FromSlash(name)))
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return err
		}
		fmt.Fprintln(cmd.OutOrStdout(), file)
	}
	return nil
}
