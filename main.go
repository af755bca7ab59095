// Command modelferry is the Pulumi program that pulumi up runs.
package main

import "github.com/modelferry/modelferry/stack"

func main() { stack.Run() }
