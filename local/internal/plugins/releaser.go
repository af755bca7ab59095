package plugins

import (
	"errors"

	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/node/nodeinfo"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/releaser"
)

// ReleaserVariables returns the environment variables with which the clouds' SDKs find the releaser's credentials and
// the object store of a local cloud, as pairs of name and value. Without a value, a variable must not be set.
func ReleaserVariables(p paths.Layout) ([][2]string, error) {
	info, err := nodeinfo.Read(p.NodeInfoFile())
	if errors.Is(err, nodeinfo.ErrNotRunning) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return pluginsByCloud[clouds.MustGet(p.Stack).Name].releaser(p.Dir(), info)
}

// googleReleaser returns the variable of application default credentials.
// https://cloud.google.com/docs/authentication/application-default-credentials#GAC
func googleReleaser(dir string, info nodeinfo.Info) ([][2]string, error) {
	key, err := releaser.WriteServiceAccountKey(dir, info.StoreURL)
	return [][2]string{{"GOOGLE_APPLICATION_CREDENTIALS", key}}, err
}

// accessKeyReleaser returns the variables of an access key.
// https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html
func accessKeyReleaser(key, secret string, info nodeinfo.Info) [][2]string {
	return [][2]string{
		{"AWS_ACCESS_KEY_ID", key}, {"AWS_SECRET_ACCESS_KEY", secret}, {"AWS_SESSION_TOKEN", ""}, {"AWS_PROFILE", ""},
		{"AWS_REGION", info.Region}, {"AWS_ENDPOINT_URL_S3", info.StoreURL},
	}
}
