// Package plugins makes ferry act by the name that it is called by: as a provider of the Pulumi engine, or
// as the token command of a kubeconfig.
package plugins

import (
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/execcredential"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/provider"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
	"github.com/modelferry/modelferry/local/internal/provider/gcp"
	"github.com/modelferry/modelferry/local/internal/provider/kubernetes"
)

// Run runs the program that argv[0] names until it exits. handled is false if there is no such program.
func Run(argv []string) (handled bool, err error) {
	switch filepath.Base(argv[0]) {
	case "pulumi-resource-aws":
		return true, serve(argv[1:], aws.Package())
	case "pulumi-resource-gcp":
		return true, serve(argv[1:], gcp.Package())
	case "pulumi-resource-kubernetes":
		return true, provider.Main(argv[1:], func(e *provider.HostClient) (plugin.Provider, error) {
			return kubernetes.New(e, os.Getenv(engine.RenderDirVar)), nil
		})
	case "gke-gcloud-auth-plugin":
		return true, execcredential.GKE(os.Stdout, os.Getenv(paths.StackDirEnv))
	case "aws":
		return true, execcredential.EKS(os.Stdout, os.Getenv(paths.StackDirEnv), argv[1:])
	default:
		return false, nil
	}
}

func serve(args []string, pkg *provider.Package) error {
	return provider.Main(args, func(*provider.HostClient) (plugin.Provider, error) {
		return provider.New(pkg, provider.CloudFromEnv()), nil
	})
}
