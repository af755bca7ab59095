package cli

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/cli/stackfile"
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
			"With --registry an image is pushed, using the credentials of docker login. With --stack, too, the fetcher's image\n" +
			"is written into the stack's file.\n" +
			"Without it, an image is written to .local/image/PROGRAM as an OCI layout.",
		Example: "  ferry image\n  ferry image --registry europe-west1-docker.pkg.dev/PROJECT/modelferry\n  ferry image modelferry",
	}
	registry := cmd.Flags().String("registry", "", "registry and path to push to, such as europe-west1-docker.pkg.dev/PROJECT/modelferry")
	stack := cmd.Flags().StringP("stack", "s", "", "`STACK` in whose file the fetcher's image is set; needs --registry")
	cmd.RunE = func(cmd *cobra.Command, names []string) error {
		root, err := paths.FindRoot()
		if err != nil {
			return err
		}
		programs, err := images.ReleasedPrograms(root, names)
		if err != nil {
			return err
		}
		file, err := openStackFile(root, *stack, *registry)
		if err != nil {
			return err
		}
		for _, program := range programs {
			reference, err := buildImage(cmd, program, filepath.Join(root, ".local"), *registry)
			if err != nil {
				return err
			}
			if file != nil && program.Name == images.FetcherProgram(root).Name {
				if err := setFetcherImage(cmd, file, reference); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return cmd
}

// openStackFile returns the file of a stack, nil if stack is "".
func openStackFile(root, stack, registry string) (*stackfile.File, error) {
	if stack == "" {
		return nil, nil
	}
	if registry == "" {
		return nil, errors.New("--stack needs --registry: a stack runs an image that was pushed")
	}
	file, err := stackfile.Open(root, stack)
	if err != nil {
		return nil, err
	}
	_, err = file.Config()
	return file, err
}

// setFetcherImage writes the fetcher's image into a stack's file.
func setFetcherImage(cmd *cobra.Command, file *stackfile.File, reference string) error {
	if err := file.SetFetcherImage(reference); err != nil {
		return err
	}
	if _, err := file.Config(); err != nil {
		return err
	}
	if err := file.Write(); err != nil {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "set in %s\n", file.Name())
	return nil
}

// buildImage builds the image of a program, prints its reference and returns it. It pushes the image if there is a
// registry, and otherwise writes it below dir.
func buildImage(cmd *cobra.Command, program images.Program, dir, registry string) (string, error) {
	fmt.Fprintf(cmd.ErrOrStderr(), "building %s for amd64 and arm64 …\n", program.Name)
	index, err := images.Build(cmd.Context(), program, filepath.Join(dir, "bin"), images.Architectures)
	if err != nil {
		return "", err
	}
	if registry != "" {
		reference, err := images.Push(cmd.Context(), registry+"/"+program.Name, index)
		if err != nil {
			return "", err
		}
		fmt.Fprintln(cmd.OutOrStdout(), reference)
		return reference, nil
	}
	layout := filepath.Join(dir, "image", program.Name)
	if err := images.SaveLayout(layout, index); err != nil {
		return "", err
	}
	digest, err := index.Digest()
	if err != nil {
		return "", err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s@%s\n", program.Name, digest)
	fmt.Fprintf(cmd.ErrOrStderr(), "written to %s as an OCI layout: set REGISTRY to push it\n", layout)
	return "", nil
}
