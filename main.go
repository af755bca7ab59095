// Command modelferry is the Pulumi program: pulumi up runs it.
package main

import "github.com/modelferry/modelferry/stack"

func main() { stack.Run() }
