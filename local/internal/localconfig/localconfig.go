// Package localconfig computes the config of a stack in the local cloud: the repository's config with local images,
// local artifacts, and the artifacts that modelferry has released.
package localconfig

import (
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/node"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/stackfile"
	"github.com/modelferry/modelferry/local/internal/testmodel"
)

// Images are the references of the local images, by digest.
type Images struct {
	Fetcher string
	// Servers are the model servers by service.
	Servers map[string]string
}

// Object is an artifact to upload to a bucket.
type Object struct {
	// Bucket is the bucket's name in the catalogue.
	Bucket string
	// Path is the path in the bucket.
	Path string
	File testmodel.File
}

// Stack is the config of a stack in the local cloud.
type Stack struct {
	// Values override the repository's stack file.
	Values map[string]any
	// Objects must be uploaded before a pod starts. AddArtifacts adds them.
	Objects []Object
	// Config is the resulting config, validated.
	Config config.Config
	// Keys are the config's keys.
	Keys []string
	// overrides are the values of the users' file and of releases.
	overrides map[string]any
}

// Load loads and validates the config. Its artifacts are missing until AddArtifacts. defaults are values that override
// the repository's config, unless the users' file has others.
func Load(layout paths.Layout, defaults map[string]any) (Stack, error) {
	written, err := readLocalValues(layout)
	if err != nil {
		return Stack{}, err
	}
	local := map[string]any{}
	mergeValues(local, defaults)
	mergeValues(local, written)
	file, err := stackfile.Read(layout.Root, layout.Stack, local)
	if err != nil {
		return Stack{}, err
	}
	c, err := file.Load()
	if err != nil {
		return Stack{}, err
	}
	c = c.WithUnpublished() // the local cloud has images and artifacts of its own
	if err := checkSupported(c); err != nil {
		return Stack{}, err
	}
	s := Stack{Values: map[string]any{}, Config: c, Keys: file.Keys(), overrides: local}
	if s.Values["modelferry:services"], err = singleReplicas(file); err != nil {
		return Stack{}, err
	}
	mergeValues(s.Values, local)
	return s, nil
}

// checkSupported returns an error for options that the local cloud does not implement. Without it, the deployment would
// run into a timeout.
func checkSupported(c config.Config) error {
	var errs field.ErrorList
	for _, w := range c.Workloads() {
		if w.UsesCSI {
			errs = append(errs, field.Forbidden(config.Path("releases", w.Name, "delivery"), "the local cloud has no CSI driver "+
				"that mounts buckets: set it to "+config.DeliveryFetch+" (make preview and make render show what csi would create)"))
		}
	}
	return config.NewValidationError(errs)
}

// WithEndpoints returns the values with the endpoints and images of the running node.
func (s Stack) WithEndpoints(i node.Info, images Images, rolloutDeadline time.Duration) map[string]any {
	releases := map[string]any{}
	for name := range s.Config.Releases {
		releases[name] = map[string]any{"image": images.Servers[name]}
	}
	endpoints := map[string]any{"storage": i.StoreURL}
	if i.STSURL != "" {
		endpoints["identity"] = i.STSURL
	}
	values := map[string]any{
		"modelferry:fetcher":   map[string]any{"image": images.Fetcher},
		"modelferry:endpoints": endpoints,
		"modelferry:rollout":   map[string]any{"deadline": rolloutDeadline.String()},
		releasesKey:            releases,
		"modelferry:gpu":       map[string]any{"enabled": false}, // the local node has no GPUs
	}
	cloud := clouds.MustGet(string(s.Config.Cloud))
	for _, overrides := range []func(config.Config) map[string]any{cloud.Account, cloud.Overrides} {
		if overrides != nil {
			mergeValues(values, overrides(s.Config))
		}
	}
	mergeValues(values, s.Values)
	// This machine is outside of the cluster: without it, make status and curl would be refused.
	sources := []any{i.HostAddress + "/32"}
	for _, cidr := range s.Config.NetworkPolicy.Sources {
		sources = append(sources, cidr)
	}
	mergeValues(values, map[string]any{"modelferry:networkPolicy": map[string]any{"sources": sources}})
	return values
}

// nestValue returns a map with the value below the keys.
func nestValue(keys []string, value any) map[string]any {
	for _, key := range slices.Backward(keys) {
		value = map[string]any{key: value}
	}
	return value.(map[string]any)
}

// mergeValues merges values into target. Maps are merged key by key.
func mergeValues(target, values map[string]any) {
	for key, value := range values {
		inner, isMap := value.(map[string]any)
		existing, existingIsMap := target[key].(map[string]any)
		if isMap && existingIsMap {
			mergeValues(existing, inner)
			continue
		}
		target[key] = value
	}
}
