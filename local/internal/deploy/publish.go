package deploy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/localconfig"
	"github.com/modelferry/modelferry/local/internal/node"
	"github.com/modelferry/modelferry/local/internal/objectstore"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/testmodel"
)

// Published is an artifact version that Publish uploaded.
type Published struct {
	// URL is the object's URL, such as gs://BUCKET/PATH.
	URL string
	// SHA256 is the object's digest, in hex.
	SHA256 string
	// Config is the config file that now has this version.
	Config string
}

// Publish uploads a file to the bucket of a service's artifact. The next Up deploys it.
func Publish(ctx context.Context, layout paths.Layout, service, artifact, file string) (Published, error) {
	unlock, err := Lock(layout)
	if err != nil {
		return Published{}, err
	}
	defer unlock()
	info, err := node.ReadInfo(layout)
	if err != nil {
		return Published{}, fmt.Errorf("%s: %w: run `make up STACK=%s` first", layout.Stack, err, layout.Stack)
	}
	stackConfig, err := localconfig.Load(layout)
	if err != nil {
		return Published{}, err
	}
	workloads := stackConfig.Config.Workloads()
	i := slices.IndexFunc(workloads, func(w config.Workload) bool { return w.Name == service })
	if i < 0 {
		return Published{}, fmt.Errorf("invalid service %q: must be one of %s",
			service, strings.Join(stackConfig.Config.ServiceNames(), ", "))
	}
	target, ok := workloads[i].Service.Artifacts[artifact]
	if !ok {
		return Published{}, fmt.Errorf("service %q has no artifact %q", service, artifact)
	}
	content, err := testmodel.DescribeFile(file)
	if err != nil {
		return Published{}, err
	}
	e, err := openEngine(ctx, Options{Layout: layout}, stackConfig.Keys, stackConfig.WithEndpoints(info, localconfig.Images{}))
	if err != nil {
		return Published{}, err
	}
	buckets, err := bucketNames(ctx, e)
	if err != nil {
		return Published{}, err
	}
	client, err := objectstore.Open(ctx, layout, info)
	if err != nil {
		return Published{}, err
	}
	path := localconfig.ObjectPath(workloads[i].Service, content)
	if err := client.UploadIfChanged(ctx, buckets[target.Bucket], path, content.Name); err != nil {
		return Published{}, err
	}
	_, keys, _ := stackConfig.Config.Releases[service].Artifact(artifact)
	configFile, err := localconfig.SavePublished(layout, service, keys, path, content)
	scheme := clouds.MustGet(layout.Stack).ObjectStore.URLScheme
	return Published{
		URL: fmt.Sprintf("%s://%s/%s", scheme, buckets[target.Bucket], path), SHA256: content.SHA256, Config: configFile,
	}, err
}
