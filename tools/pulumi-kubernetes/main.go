// Command pulumi-resource-kubernetes is Pulumi's official Kubernetes plugin, for the local cloud (make up
// PROVIDER=official). Its own main package embeds generated files that its module does not contain. The versions in
// go.mod are those of local/go.mod where both use a module, so that Go compiles the packages once.
package main

import "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"

// version is the release that the commit in go.mod belongs to. tools/build downloads the same one.
const version = "4.25.0"

func main() {
	// The schema and the mapping are for code generation, and the schema for pulumi import.
	none := []byte("{}")
	provider.Serve("kubernetes", version, none, none)
}
