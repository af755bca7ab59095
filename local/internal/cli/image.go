package cli

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/local/internal/images"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// imageCommand builds the images of released programs and pushes them to a registry.
func imageCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "image [PROGRAM …]",
		Short: "Build the fetcher's image for amd64 and arm64, and print its digest",
		Long: "Build the fetcher's image for amd64 and arm64, or those of other programs: fetcher, modelferry. The same sources\n" +
			"give the same digest on every machine.\n" +
			"With --registry an image is pushed, using the credentials of docker login.\n" +
			"Without it, an image is written to .local/image/PROGRAM as an OCI layout.",
		Example: "  ferry image\n  ferry image --registry europe-west1-docker.pkg.dev/PROJECT/modelferry\n  ferry image modelferry",
	}
	registry := cmd.Flags().String("registry", "", "registry and path to push to, such as europe-west1-docker.pkg.dev/PROJECT/modelferry")
	cmd.RunE = func(cmd *cobra.Command, names []string) error {
		root, err := paths.FindRoot()
		if err != nil {
			return err
		}
		programs, err := images.ReleasedPrograms(root, names)
		if err != nil {
			return err
		}
		for _, program := range programs {
			if err := buildImage(cmd, program, filepath.Join(root, ".local"), *registry); err != nil {
				return err
			}
		}
		return nil
	}
	return cmd
}

// buildImage builds the image of a program and prints its reference. It pushes the image if there is a registry, and
// otherwise writes it below dir.
func buildImage(cmd *cobra.Command, program images.Program, dir, registry string) error {
	fmt.Fprintf(cmd.ErrOrStderr(), "building %s for amd64 and arm64 …\n", program.Name)
	index, err := images.Build(cmd.Context(), program, filepath.Join(dir, "bin"), images.Architectures)
	if err != nil {
		return err
	}
	if registry != "" {
		reference, err := images.Push(cmd.Context(), registry+"/"+program.Name, index)
		if err != nil {
			return err
		}
		fmt.Fprintln(cmd.OutOrStdout(), reference)
		return nil
	}
	layout := filepath.Join(dir, "image", program.Name)
	if err := images.SaveLayout(layout, index); err != nil {
		return err
	}
	digest, err := index.Digest()
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s@%s\n", program.Name, digest)
	fmt.Fprintf(cmd.ErrOrStderr(), "written to %s as an OCI layout: set REGISTRY to push it\n", layout)
	return nil
}
