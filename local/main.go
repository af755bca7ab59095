// Command ferry is modelferry's local cloud: the clouds' APIs that the program uses, and a real Kubernetes, on
// one machine.
package main

import (
	"os"

	"github.com/modelferry/modelferry/local/cli"
)

func main() { os.Exit(cli.Run(os.Args[1:])) }
