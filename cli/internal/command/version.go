package command

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// Version is set by the linker: -X github.com/modelferry/modelferry/cli/internal/command.Version=v1.2.3.
var Version string

// version returns the version of this program: the linker's, or that of the module, or the commit.
func version() string {
	if Version != "" {
		return Version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "devel"
	}
	return info.Main.Version
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  modelferry version\n  modelferry version -o json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			result := struct {
				Version  string `json:"version"`
				Go       string `json:"go"`
				Platform string `json:"platform"`
			}{version(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
			return writeResult(cmd, result, func(out io.Writer) error {
				_, err := fmt.Fprintf(out, "modelferry %s, %s, %s\n", result.Version, result.Go, result.Platform)
				return err
			})
		},
	}
}
