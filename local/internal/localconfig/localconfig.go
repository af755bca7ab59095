// Package localconfig computes the config that a local cloud runs with: the repository's
// config with the local images and the stand-in artifacts in it, and over that
// what the person at the machine has published.
package localconfig

import (
	"fmt"
	"path/filepath"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/node"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/stackfile"
	"github.com/modelferry/modelferry/local/internal/testmodel"
)

// Images are the local images, by digest.
type Images struct {
	Fetcher, Server string
}

// Object is an artifact to be put into a bucket.
type Object struct {
	// Bucket by the catalogue's name, and the path in it.
	Bucket, Path string
	File         testmodel.File
}

// Stack is what goes live.
type Stack struct {
	// Values lie over the repository's stack file.
	Values map[string]any
	// Objects have to be in the buckets before a pod starts.
	Objects []Object
	// Config is the outcome, checked.
	Config config.Config
	// Keys of the config.
	Keys []string
}

// RolloutDeadline of a rollout in the local cloud. Models come from this very
// machine, so what takes longer is broken.
const RolloutDeadline = "45s"

// Load reads and checks the config and makes the artifacts that it names.
// Nothing else is touched: a config with a fault leaves everything as it is.
func Load(layout paths.Layout) (Stack, error) {
	published, err := readPublishedConfig(layout)
	if err != nil {
		return Stack{}, err
	}
	file, err := stackfile.Read(layout.Root, layout.Stack, published)
	if err != nil {
		return Stack{}, err
	}
	c, err := file.Load()
	if err != nil {
		return Stack{}, err
	}
	if err := checkSupported(c); err != nil {
		return Stack{}, err
	}
	r := Stack{Values: map[string]any{}, Config: c, Keys: file.Keys()}
	releases := map[string]any{}
	for _, w := range c.Workloads() {
		overrides := map[string]any{}
		for _, artifact := range w.Artifacts {
			version, keys, _ := c.Releases[w.Name].Artifact(artifact.Name)
			if pinsArtifact(published, w.Name, keys) {
				continue // the object is in its bucket, and the pin is the person's
			}
			size, err := config.ParseSize(version.Size)
			if err != nil {
				return Stack{}, fmt.Errorf("size of %s/%s: %w", w.Name, artifact.Name, err)
			}
			file, err := testmodel.FakeModel{Path: artifact.Path, Bytes: size}.Save(filepath.Join(layout.LocalDir(), "models"))
			if err != nil {
				return Stack{}, err
			}
			mergeValues(overrides, nestValue(keys, map[string]any{"sha256": file.SHA256, "version": nil}))
			r.Objects = append(r.Objects, Object{Bucket: artifact.Bucket, Path: artifact.Path, File: file})
		}
		releases[w.Name] = overrides
	}
	r.Values["modelferry:releases"] = releases
	mergeValues(r.Values, published)
	return r, nil
}

// checkSupported refuses what the local cloud does not implement, and what
// would only fail by a timeout.
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

// WithEndpoints completes the release with what the running node provides.
func (r Stack) WithEndpoints(i node.Info, images Images) map[string]any {
	releases := map[string]any{}
	for name := range r.Config.Releases {
		releases[name] = map[string]any{"image": images.Server}
	}
	values := map[string]any{
		"modelferry:fetcher":   map[string]any{"image": images.Fetcher},
		"modelferry:endpoints": map[string]any{"storage": i.StoreURL},
		"modelferry:rollout":   map[string]any{"deadline": RolloutDeadline},
		"modelferry:releases":  releases,
		"modelferry:gpu":       map[string]any{"enabled": false}, // this machine's node has none
	}
	if overrides := clouds.MustGet(string(r.Config.Cloud)).Overrides; overrides != nil {
		mergeValues(values, overrides(r.Config))
	}
	mergeValues(values, r.Values)
	return values
}

// nestValue is a map that holds a value below some keys.
func nestValue(keys []string, value any) map[string]any {
	for _, key := range slices.Backward(keys) {
		value = map[string]any{key: value}
	}
	return value.(map[string]any)
}

// mergeValues puts values over others, maps key by key.
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
