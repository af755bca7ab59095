package components

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"strconv"
	"time"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// ModelConfig is the ConfigMap with the environment of a service's fetcher.
//
// It is immutable and autonamed: other content creates another ConfigMap, the Deployment that refers to it rolls out,
// and the old ConfigMap is deleted after that. A name with a hash of the content would occur again if an update is
// reverted, and the engine would then delete the object that is in use as the leftover of the failed update.
type ModelConfig struct {
	pulumi.ResourceState

	// Name of the ConfigMap.
	Name pulumi.StringOutput
}

// ModelConfigArgs are the arguments of NewModelConfig.
type ModelConfigArgs struct {
	// Namespace and labels of the ConfigMap.
	Namespace pulumi.StringInput
	Labels    pulumi.StringMapInput
	// ModelFolder is the absolute path of the folder that the artifacts are downloaded to.
	ModelFolder string
	// Artifacts of the service, the model first.
	Artifacts []config.ResolvedArtifact
	// Buckets are the names of the buckets, by their names in the service catalogue.
	Buckets map[string]pulumi.StringOutput
	// ObjectStore has the cloud's settings of the fetcher.
	ObjectStore infra.ObjectStore
	// Fetcher has the settings of the init container.
	Fetcher FetcherArgs
}

// FetcherArgs are the settings of the init container that downloads the artifacts. A zero IdentityWait, Parallel or
// PartBytes selects the fetcher's default.
type FetcherArgs struct {
	// Image of the fetcher.
	Image string
	// Retries is the number of attempts after the first one.
	Retries int
	// Backoff before the first retry.
	Backoff time.Duration
	// Timeout of all attempts together.
	Timeout time.Duration
	// IdentityWait is the time limit for the identity to work.
	IdentityWait time.Duration
	// Parallel is the number of concurrent range requests.
	Parallel int
	// PartBytes is the size of a range in bytes.
	PartBytes int64
	// Archives are the limits for the content of archives.
	Archives config.ArchiveLimits
	// Resources of the init container.
	Resources config.ResourceRequirements
}

// NewModelConfig creates the ConfigMap.
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
		Data:      args.data(name),
	}, pulumi.Parent(c))
	if err != nil {
		return nil, err
	}
	c.Name = configMap.Metadata.Name().Elem()
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"name": c.Name})
}

// data returns the ConfigMap's content: the environment of a service's fetcher.
func (a *ModelConfigArgs) data(service string) pulumi.StringMap {
	model := a.Artifacts[0]
	data := pulumi.StringMap{
		a.ObjectStore.BucketEnvVar: a.Buckets[model.Bucket],
		a.ObjectStore.PathEnvVar:   pulumi.String(model.Path),
		"LOCAL_MODEL_PATH":         pulumi.String(path.Join(a.ModelFolder, model.File)),
		"MODEL_FOLDER":             pulumi.String(a.ModelFolder),
	}
	for key, value := range a.Fetcher.env() {
		data[key] = pulumi.String(value)
	}
	for key, value := range a.ObjectStore.Env {
		data[key] = pulumi.String(value)
	}
	signatures := config.NewFetcherSignatures(a.Artifacts)
	for key, value := range map[string]string{
		"MODEL_SHA256": model.SHA256, "MODEL_VERSION": model.Version,
		"MODEL_SIGNATURE": signatures.Artifacts[0], "TRUSTED_ROOTS": signatures.TrustedRoots,
	} {
		if value != "" {
			data[key] = pulumi.String(value)
		}
	}
	if extract := model.ExtractSetting(); extract != nil {
		data["MODEL_EXTRACT"] = pulumi.String(strconv.FormatBool(*extract))
	}
	if additional := a.Artifacts[1:]; len(additional) > 0 {
		var buckets pulumi.StringArray
		for _, artifact := range additional {
			buckets = append(buckets, a.Buckets[artifact.Bucket])
		}
		data["ARTIFACTS"] = buckets.ToStringArrayOutput().ApplyT(func(names []string) (string, error) {
			text, err := artifactsJSON(additional, signatures.Artifacts[1:], names)
			if err != nil {
				return "", fmt.Errorf("service %s: %w", service, err)
			}
			return text, nil
		}).(pulumi.StringOutput)
	}
	return data
}

// env returns the fetcher's variables. Durations have Go's notation: 10s.
func (a FetcherArgs) env() map[string]string {
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
	maps.Copy(env, a.Archives.Env())
	return env
}

// artifactsJSON returns the value of ARTIFACTS: a JSON list of the artifacts besides the model. signatures and buckets
// are the artifacts' signatures and the names of their buckets, in the artifacts' order.
func artifactsJSON(artifacts []config.ResolvedArtifact, signatures, buckets []string) (string, error) {
	type entry struct {
		Bucket    string          `json:"bucket"`
		Path      string          `json:"path"`
		Dest      string          `json:"dest"`
		SHA256    string          `json:"sha256,omitempty"`
		Version   string          `json:"version,omitempty"`
		Extract   *bool           `json:"extract,omitempty"`
		Signature json.RawMessage `json:"signature,omitempty"`
	}
	if len(artifacts) != len(buckets) {
		return "", fmt.Errorf("%d artifacts in %d buckets", len(artifacts), len(buckets))
	}
	entries := make([]entry, len(artifacts))
	for k, a := range artifacts {
		entries[k] = entry{buckets[k], a.Path, a.File, a.SHA256, a.Version, a.ExtractSetting(), json.RawMessage(signatures[k])}
	}
	text, err := json.Marshal(entries)
	if n := config.VariableBytes("ARTIFACTS", string(text)); err == nil && n > config.MaxVariableBytes {
		return "", fmt.Errorf("its artifacts besides the model take %d bytes in the variable ARTIFACTS of its fetcher, must take "+
			"at most %d: put files into an archive, or remove certificates that no signer needs from their signatures",
			n, config.MaxVariableBytes)
	}
	return string(text), err
}
