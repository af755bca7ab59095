// Command ferry runs modelferry's local cloud on one machine: a real Kubernetes, and the parts of the clouds' APIs that
// the Pulumi program uses.
package main

import (
	"fmt"
	"os"

	"github.com/modelferry/modelferry/local/internal/cli"
	"github.com/modelferry/modelferry/local/internal/plugins"
)

func main() {
	handled, err := plugins.Run(os.Args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", os.Args[0], err)
		os.Exit(1)
	}
	if !handled {
		os.Exit(cli.Run(os.Args[1:]))
	}
}
