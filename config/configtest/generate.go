package configtest

import (
	"fmt"
	"maps"
	"slices"

	"pgregory.net/rapid"

	"github.com/modelferry/modelferry/config"
)

// Stacks draws the config of a stack on each cloud: one catalogue and its
// releases, and around them whatever a person may set. Both have no fault.
func Stacks() *rapid.Generator[map[string]Settings] {
	return rapid.Custom(func(t *rapid.T) map[string]Settings {
		stacks := map[string]Settings{"gke": least("gke"), "eks": least("eks")}
		shared := Settings{}
		// With production, everything has to be pinned.
		production := rapid.Bool().Draw(t, "production")
		shared.Set("production", production)
		for _, o := range options {
			o.draw(t, shared)
		}
		drawCatalogue(t, shared, production)
		create := rapid.Bool().Draw(t, "create a cluster")
		letIn := rapid.Bool().Draw(t, "an ingress")
		if create {
			shared.Set("cluster.create.machineType", "medium")
		} else {
			shared.Set("cluster.existing", "production")
		}
		for _, name := range sorted(stacks) { // always in that order, so that a failure comes again
			s := stacks[name]
			maps.Copy(s, shared.Clone())
			if create {
				drawCluster(t, s, name, production)
			}
			if letIn {
				drawIngress(t, s, name)
			}
			for _, o := range cloudOptions[name] {
				o.draw(t, s)
			}
		}
		return stacks
	})
}

// least is what a stack of a cloud has to say.
func least(cloud string) Settings {
	s := Settings{"gcp:project": "modelferry-demo", "gcp:region": "europe-west1"}
	if cloud == "eks" {
		s = Settings{"aws:region": "eu-west-1"}
	}
	s.Set("cloud", cloud)
	return s
}

// option is a key that a person may set, and what to.
type option struct {
	path  string
	value *rapid.Generator[any]
}

// draw sets the key, or leaves it out.
func (o option) draw(t *rapid.T, s Settings) { o.drawBelow(t, "", s) }

// drawBelow sets the key below a path, or leaves it out.
func (o option) drawBelow(t *rapid.T, at string, s Settings) {
	if rapid.Bool().Draw(t, at+o.path+" is set") {
		s.Set(at+o.path, o.value.Draw(t, at+o.path))
	}
}

// of draws one of some values.
func of(values ...any) *rapid.Generator[any] { return rapid.SampledFrom(values) }

// made draws a value that is made anew each time: a Set below it is its own.
func made(value func() any) *rapid.Generator[any] {
	return rapid.Map(rapid.Just(0), func(int) any { return value() })
}

// options are those of any stack.
var options = []option{
	{"namespace", of("ml-portfolio", "models")},
	{"owner", of("ml-platform", "x")},
	{"costCentre", of("ml-serving", "cc_42")},
	{"buckets.models", of("our-models")},
	{"buckets.datasets", of("our-datasets")},
	{"buckets.accessLogs", of("our-logs")},
	{"buckets.logDays", of(1, 365)},
	{"buckets.softDeleteDays", of(0, 7, 90)},
	{"buckets.noncurrent.keep", of(1, 100)},
	{"buckets.noncurrent.days", of(1, 400)},
	{"buckets.forceDestroy", of(true, false)},
	{"registry.create", of(true, false)},
	{"registry.name", of("images")},
	{"registry.untaggedDays", of(0, 1, 365)},
	{"endpoints.storage", of("http://10.213.0.2:9000", "https://storage.internal")},
	{"fetcher.retries", of(0, 20)},
	{"fetcher.backoff", of("0s", "1m")},
	{"fetcher.timeout", of("90s")},
	{"fetcher.identityWait", of("1ns", "2m")},
	{"fetcher.parallel", of(1, 64)},
	{"fetcher.partSize", of("64KiB", "8MiB")},
	{"fetcher.resources.limits.memory", of("512Mi")},
	{"rollout.deadline", of("15s", "1h")},
	{"gpu", made(func() any {
		return map[string]any{"enabled": true, "machineType": "gpu", "min": 1, "max": 3}
	})},
	{"networkPolicy.enabled", of(true, false)},
	{"gpu.enabled", of(true, false)},
	{"networkPolicy.namespaces", of([]any{"monitoring", "gateways"}, []any{})},
	{"networkPolicy.egress", of([]any{"10.8.0.0/16"}, []any{})},
	{"monitoring.annotations", of(true, false)},
	{"monitoring.serviceMonitors", of(true, false)},
	{"monitoring.labels", made(func() any { return map[string]any{"release": "prometheus"} })},
	{"monitoring.interval", of("1s", "5m")},
	{"quota.requests.cpu", of("8", 16)},
	{"quota.limits.memory", of("64Gi")},
	{"quota.pods", of(0, 40)},
	{"containerDefaults.requests.cpu", of("50m")},
	{"containerDefaults.limits.memory", of("64Mi")},
}

// cloudOptions are those that mean something on one cloud only, or another thing on each.
var cloudOptions = map[string][]option{
	"gke": {
		{"cluster.location", of("europe-west1-b")},
		{"buckets.coldAfterDays", of(1, 90, 365)},
		{"gpu.accelerator", of("nvidia-l4")},
		{"gpu.zones", of([]any{"europe-west1-b", "europe-west1-c"})},
		{"buckets.kmsKey", of("projects/keys/locations/europe-west1/keyRings/ml/cryptoKeys/buckets")},
	},
	"eks": {
		{"identity", of("irsa", "podIdentity")},
		{"endpoints.identity", of("https://sts.internal", "http://10.213.0.2:9443")},
		{"buckets.coldAfterDays", of(30, 90, 365)},
		{"buckets.kmsKey", of("arn:aws:kms:eu-west-1:123456789012:key/ours")},
	},
}

// Clone copies the settings and every object below them, so that both stacks
// can be changed apart.
func (s Settings) Clone() Settings {
	var whole func(any) any
	whole = func(value any) any {
		switch value := value.(type) {
		case map[string]any:
			copied := make(map[string]any, len(value))
			for key, inner := range value {
				copied[key] = whole(inner)
			}
			return copied
		case []any:
			copied := make([]any, len(value))
			for k, inner := range value {
				copied[k] = whole(inner)
			}
			return copied
		}
		return value
	}
	copied := Settings{}
	for key, value := range s {
		copied[key] = whole(value)
	}
	return copied
}

// at returns an object of the project's own, nil where there is none.
func (s Settings) at(key string, path ...string) map[string]any {
	found := object(s[config.Namespace+":"+key])
	for _, step := range path {
		found = object(found[step])
	}
	return found
}

func object(value any) map[string]any {
	found, _ := value.(map[string]any)
	return found
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// digest is an image's or an artifact's, another one for each name.
func digest(name string) string { return fmt.Sprintf("%064x", name)[:64] }
