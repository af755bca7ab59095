// Command modelferry releases models: it uploads them, writes their digests into the stack files, and rolls back.
package main

import (
	"os"

	"github.com/modelferry/modelferry/cli/internal/command"
)

func main() { os.Exit(command.Run(os.Args[1:])) }
