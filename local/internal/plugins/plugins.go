// Package plugins runs ferry as a plugin, if it is called by the name of one: as a provider or the language host of the
// Pulumi engine, or as the token command of a kubeconfig.
package plugins

import (
	"io"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/execcredential"
	"github.com/modelferry/modelferry/local/internal/languagehost"
	"github.com/modelferry/modelferry/local/internal/node/nodeinfo"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/provider"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
	"github.com/modelferry/modelferry/local/internal/provider/gcp"
	"github.com/modelferry/modelferry/local/internal/provider/kubernetes"
	"github.com/modelferry/modelferry/local/internal/provider/official"
	"github.com/modelferry/modelferry/local/internal/releaser"
	"github.com/modelferry/modelferry/local/internal/secrets"
)

// cloudPlugins implements the plugins of a cloud. clouds.Cloud has their names.
type cloudPlugins struct {
	provider func() *provider.Package
	// writeToken writes the token for a cluster of the local cloud in folder stackDir.
	writeToken func(out io.Writer, stackDir string, args []string) error
	// releaser returns the variables of ReleaserVariables.
	releaser func(stackDir string, info nodeinfo.Info) ([][2]string, error)
}

var pluginsByCloud = map[config.Cloud]cloudPlugins{
	config.GKE: {
		provider: gcp.Package,
		writeToken: func(out io.Writer, stackDir string, _ []string) error {
			return execcredential.GKE(out, stackDir)
		},
		releaser: googleReleaser,
	},
	config.EKS: {
		provider: aws.Package, writeToken: execcredential.EKS,
		releaser: func(stackDir string, info nodeinfo.Info) ([][2]string, error) {
			root, err := secrets.ReadStoreAccount(stackDir)
			account := aws.RoleCredentials(root, releaser.AccessKeyID)
			return accessKeyReleaser(account.AccessKey, account.SecretKey, info), err
		},
	},
}

// Run runs the plugin that argv[0] names until it exits. handled is false if there is no such plugin.
func Run(argv []string) (handled bool, err error) {
	name, args := filepath.Base(argv[0]), argv[1:]
	switch name {
	case "pulumi-resource-kubernetes":
		return true, provider.Main(args, func(e *provider.HostClient) (plugin.Provider, error) {
			return kubernetes.New(e, os.Getenv(kubernetes.RenderDirEnv)), nil
		})
	case languagehost.Program:
		return true, languagehost.Main(args)
	}
	for _, cloud := range clouds.All {
		plugins := pluginsByCloud[cloud.Name]
		switch name {
		case "pulumi-resource-" + cloud.Provider:
			if path := official.FromEnv(cloud.Provider); path != "" {
				return true, official.Main(args, plugins.provider(), path)
			}
			return true, provider.Main(args, func(*provider.HostClient) (plugin.Provider, error) {
				return provider.New(plugins.provider(), provider.CloudFromEnv()), nil
			})
		case cloud.ExecPlugin:
			return true, plugins.writeToken(os.Stdout, os.Getenv(paths.StackDirEnv), args)
		}
	}
	return false, nil
}
