// Command pulumi-resource-kubernetes is Pulumi's official Kubernetes plugin, for the test that a stack continues with
// it (make e2e-plugin). Its own main package embeds generated files that its module does not contain.
package main

import "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"

// version is the release that the commit in go.mod belongs to. The Makefile names the plugin's directory after it.
const version = "4.25.0"

func main() {
	// The schema and the mapping are for code generation, and the schema for pulumi import.
	none := []byte("{}")
	provider.Serve("kubernetes", version, none, none)
}
