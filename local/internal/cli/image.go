package cli

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/local/internal/images"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// imageCommand builds the fetcher's image and pushes it to a registry.
func imageCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "image",
		Short: "Build the fetcher's image for amd64 and arm64, and print its digest",
		Long: "Build the fetcher's image for amd64 and arm64. The same sources give the same digest on every machine.\n" +
			"With --registry the image is pushed, using the credentials of docker login.\n" +
			"Without it, the image is written to .local/image as an OCI layout.",
		Example: "  ferry image\n  ferry image --registry europe-west1-docker.pkg.dev/PROJECT/modelferry",
		Args:    cobra.NoArgs,
	}
	registry := cmd.Flags().String("registry", "", "registry and path to push to, such as europe-west1-docker.pkg.dev/PROJECT/modelferry")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		root, err := paths.FindRoot()
		if err != nil {
			return err
		}
		local := filepath.Join(root, ".local")
		fmt.Fprintln(cmd.ErrOrStderr(), "building the fetcher for amd64 and arm64 …")
		index, err := images.Build(cmd.Context(), images.FetcherProgram(root), filepath.Join(local, "bin"), images.Architectures)
		if err != nil {
			return err
		}
		if *registry != "" {
			reference, err := images.Push(cmd.Context(), *registry+"/fetcher", index)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), reference)
			return nil
		}
		dir := filepath.Join(local, "image")
		if err := images.SaveLayout(dir, index); err != nil {
			return err
		}
		digest, err := index.Digest()
		if err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "fetcher@%s\n", digest)
		fmt.Fprintf(cmd.ErrOrStderr(), "written to %s as an OCI layout: set REGISTRY to push it\n", dir)
		return nil
	}
	return cmd
}
