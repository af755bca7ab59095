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
		provider: aws.Package, writeToken: execcredential.EKS, releaser: amazonReleaser,
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

// ReleaserVariables returns the environment variables with which the clouds' SDKs find the releaser's credentials and
// the object store of a running local cloud, as pairs of name and value. Without a value, a variable must not be set.
func ReleaserVariables(p paths.Layout, info nodeinfo.Info) ([][2]string, error) {
	return pluginsByCloud[clouds.MustGet(p.Stack).Name].releaser(p.Dir(), info)
}

// googleReleaser returns the variable of application default credentials.
// https://cloud.google.com/docs/authentication/application-default-credentials#GAC
func googleReleaser(dir string, info nodeinfo.Info) ([][2]string, error) {
	key, err := releaser.WriteServiceAccountKey(dir, info.StoreURL)
	return [][2]string{{"GOOGLE_APPLICATION_CREDENTIALS", key}}, err
}

// amazonReleaser returns the variables of an access key.
// https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html
func amazonReleaser(dir string, info nodeinfo.Info) ([][2]string, error) {
	root, err := secrets.ReadStoreAccount(dir)
	account := aws.RoleCredentials(root, releaser.AccessKeyID)
	return [][2]string{
		{"AWS_ACCESS_KEY_ID", account.AccessKey}, {"AWS_SECRET_ACCESS_KEY", account.SecretKey},
		{"AWS_SESSION_TOKEN", ""}, {"AWS_PROFILE", ""},
		{"AWS_REGION", info.Region}, {"AWS_ENDPOINT_URL_S3", info.StoreURL},
	}, err
}
