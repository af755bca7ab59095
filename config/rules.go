package config

import (
	"maps"
	"net/url"
	"slices"

	"github.com/distribution/reference"
	"k8s.io/apimachinery/pkg/util/validation"
)

// check applies every rule that the types alone do not.
func (c Config) check(f *Faults) {
	switch c.Cloud {
	case GKE:
		f.required("gcp:project", c.GCP.Project)
		f.required("gcp:region", c.GCP.Region)
	case EKS:
		f.required("aws:region", c.AWS.Region)
	case "":
	default:
		f.add("cloud", "unknown cloud %q: it is gke or eks", c.Cloud)
	}
	f.label("namespace", c.Namespace)
	f.labelled("owner", c.Owner)
	f.labelled("costCentre", c.CostCentre)
	c.Cluster.check(f, c.Cloud)
	f.only(EKS, c.Cloud, "identity", c.Identity != "")
	if c.Cloud == EKS && c.Identity != IRSA && c.Identity != PodIdentity {
		f.add("identity", "unknown way %q: it is %s or %s", c.Identity, IRSA, PodIdentity)
	}
	c.Buckets.check(f, c.Cloud)
	f.key(c.Cloud, "buckets.kmsKey", c.Buckets.KMSKey)
	c.Registry.check(f)
	c.GPU.check(f, c)
	c.NetworkPolicy.check(f)
	c.Monitoring.check(f)
	if c.Ingress != nil {
		c.checkIngress(f)
	}
	if c.Quota != nil {
		c.Quota.check(f)
	}
	if c.ContainerDefaults != nil {
		c.ContainerDefaults.check(f, "containerDefaults")
	}
	c.Fetcher.check(f)
	f.endpoint("endpoints.storage", c.Endpoints.Storage)
	f.endpoint("endpoints.identity", c.Endpoints.Identity)
	f.only(EKS, c.Cloud, "endpoints.identity", c.Endpoints.Identity != "")
	if c.Rollout.Deadline <= 0 {
		f.add("rollout.deadline", "has to be more than 0s, not %s", c.Rollout.Deadline)
	}
	c.checkServices(f)
	c.checkReleases(f)
	if c.Production {
		c.checkProduction(f)
	}
}

func (x Fetcher) check(f *Faults) {
	f.image("fetcher.image", x.Image)
	if x.Retries < 0 || x.Retries > maxRetries {
		f.add("fetcher.retries", "has to be 0 to %d, not %d", maxRetries, x.Retries)
	}
	if x.Backoff < 0 {
		f.add("fetcher.backoff", "has to be 0s or more, not %s", x.Backoff)
	}
	if x.Timeout <= 0 {
		f.add("fetcher.timeout", "has to be more than 0s, not %s", x.Timeout)
	}
	if wait := x.IdentityWait; wait != nil && *wait <= 0 {
		f.add("fetcher.identityWait", "has to be more than 0s, not %s", *wait)
	}
	if x.Parallel < 0 || x.Parallel > maxParallel {
		f.add("fetcher.parallel", "has to be 0 to %d, not %d: 0 leaves it to the fetcher", maxParallel, x.Parallel)
	}
	if x.PartSize != "" {
		f.size("fetcher.partSize", x.PartSize)
		if bytes := x.PartSizeBytes(); bytes != 0 && (bytes < minPartBytes || bytes > maxPartBytes) {
			f.add("fetcher.partSize", "has to be 64KiB to 64MiB, not %s", x.PartSize)
		}
	}
	x.Resources.check(f, "fetcher.resources")
}

func (f *Faults) required(path, value string) {
	if value == "" {
		f.add(path, "missing: set %s", qualified(path))
	}
}

func (f *Faults) label(path, value string) {
	if value == "" {
		f.required(path, value)
	} else if len(validation.IsDNS1123Label(value)) > 0 {
		f.add(path, "%q is no Kubernetes name: write up to 63 small letters, digits and hyphens", value)
	}
}

func (f *Faults) image(path, value string) {
	if value == "" {
		f.required(path, value)
		return
	}
	named, err := reference.ParseNormalizedNamed(value)
	if err != nil {
		f.add(path, "%q is no image reference: %v", value, err)
	} else if reference.IsNameOnly(named) {
		f.add(path, "%q has neither tag nor digest: add @sha256:… (or :TAG)", value)
	}
}

func (f *Faults) endpoint(path, value string) {
	if value == "" {
		return
	}
	if u, err := url.Parse(value); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		f.add(path, "%q is no URL: write https://HOST[:PORT]", value)
	}
}

// sortedKeys gives faults, and what is made, the same order on every run.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
