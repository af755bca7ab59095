package components

import (
	"encoding/json"
	"fmt"
	"path"
	"strconv"
	"time"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// ModelConfig is the ConfigMap that tells a service's fetcher what to bring:
// the keys of docs/adr/0001, and beside them digests and further artifacts.
//
// It is immutable and named by the engine, a fresh name for each content. So
// another content makes another ConfigMap, and the Deployment that refers to it
// rolls by itself; the old one goes once the new pods are ready. A name made
// from the content alone would come back when a failed update is undone, and
// the engine would then delete, as the leftover, the object just taken up again.
type ModelConfig struct {
	pulumi.ResourceState

	// Name of the ConfigMap.
	Name pulumi.StringOutput
}

// ModelConfigArgs says what to bring into a pod.
type ModelConfigArgs struct {
	// Namespace and labels of the ConfigMap.
	Namespace pulumi.StringInput
	Labels    pulumi.StringMapInput
	// ModelFolder is the absolute path that artifacts appear below.
	ModelFolder string
	// Artifacts to bring, the model first.
	Artifacts []Artifact
	// ObjectStore that they lie in, and the fetcher's settings.
	ObjectStore ObjectStore
	Fetcher     FetcherArgs
}

// FetcherArgs is how the fetcher runs.
type FetcherArgs struct {
	// Image of the fetcher.
	Image string
	// Retries after the first attempt; Backoff before the first of them.
	Retries int
	Backoff time.Duration
	// Timeout of the whole run.
	Timeout time.Duration
	// IdentityWait bounds the wait for an identity; the fetcher's own choice where zero.
	IdentityWait time.Duration
	// Parallel ranges and the bytes of each; the fetcher's own choice where zero.
	Parallel  int
	PartBytes int64
	// Resources of the init container.
	Resources Resources
}

// NewModelConfig makes the ConfigMap.
func NewModelConfig(ctx *pulumi.Context, name string, args *ModelConfigArgs, opts ...pulumi.ResourceOption) (*ModelConfig, error) {
	c := &ModelConfig{}
	if err := ctx.RegisterComponentResourceV2("modelferry:index:ModelConfig", name, pulumi.Map{
		"modelFolder": pulumi.String(args.ModelFolder),
	}, c, opts...); err != nil {
		return nil, err
	}
	configMap, err := corev1.NewConfigMap(ctx, name+"-model", &corev1.ConfigMapArgs{
		Metadata:  &metav1.ObjectMetaArgs{Namespace: args.Namespace, Labels: args.Labels},
		Immutable: pulumi.Bool(true),
		Data:      args.data(),
	}, pulumi.Parent(c))
	if err != nil {
		return nil, err
	}
	c.Name = configMap.Metadata.Name().Elem()
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"name": c.Name})
}

// data returns the ConfigMap's content: the fetcher's environment.
func (a *ModelConfigArgs) data() pulumi.StringMap {
	model := a.Artifacts[0]
	data := pulumi.StringMap{
		a.ObjectStore.BucketEnvVar: model.Bucket,
		a.ObjectStore.PathEnvVar:   pulumi.String(model.Path),
		"LOCAL_MODEL_PATH":         pulumi.String(path.Join(a.ModelFolder, model.Dest)),
		"MODEL_FOLDER":             pulumi.String(a.ModelFolder),
	}
	for key, value := range a.Fetcher.environment() {
		data[key] = pulumi.String(value)
	}
	for key, value := range a.ObjectStore.Env {
		data[key] = pulumi.String(value)
	}
	for key, value := range map[string]string{"MODEL_SHA256": model.SHA256, "MODEL_VERSION": model.Version} {
		if value != "" {
			data[key] = pulumi.String(value)
		}
	}
	if model.Extract {
		data["MODEL_EXTRACT"] = pulumi.String("true")
	}
	if additional := a.Artifacts[1:]; len(additional) > 0 {
		var buckets pulumi.StringArray
		for _, artifact := range additional {
			buckets = append(buckets, artifact.Bucket)
		}
		data["ARTIFACTS"] = buckets.ToStringArrayOutput().ApplyT(func(names []string) (string, error) {
			return artifactsJSON(additional, names)
		}).(pulumi.StringOutput)
	}
	return data
}

// environment returns the fetcher's own settings. Durations are in Go's
// notation, 10s.
func (a FetcherArgs) environment() map[string]string {
	env := map[string]string{
		"FETCH_RETRIES": strconv.Itoa(a.Retries),
		"FETCH_BACKOFF": a.Backoff.String(),
		"FETCH_TIMEOUT": a.Timeout.String(),
	}
	if a.IdentityWait > 0 {
		env["FETCH_IDENTITY_WAIT"] = a.IdentityWait.String()
	}
	if a.Parallel > 0 {
		env["FETCH_PARALLEL"] = strconv.Itoa(a.Parallel)
	}
	if a.PartBytes > 0 {
		env["FETCH_PART_SIZE"] = strconv.FormatInt(a.PartBytes, 10)
	}
	return env
}

// artifactsJSON returns ARTIFACTS: a JSON list of what to bring besides the
// model. buckets are the names of the artifacts' buckets, in their order.
func artifactsJSON(artifacts []Artifact, buckets []string) (string, error) {
	type entry struct {
		Bucket  string `json:"bucket"`
		Path    string `json:"path"`
		Dest    string `json:"dest"`
		SHA256  string `json:"sha256,omitempty"`
		Version string `json:"version,omitempty"`
		Extract bool   `json:"extract,omitempty"`
	}
	if len(artifacts) != len(buckets) {
		return "", fmt.Errorf("%d artifacts in %d buckets", len(artifacts), len(buckets))
	}
	entries := make([]entry, len(artifacts))
	for k, a := range artifacts {
		entries[k] = entry{buckets[k], a.Path, a.Dest, a.SHA256, a.Version, a.Extract}
	}
	text, err := json.Marshal(entries)
	return string(text), err
}
