package config

import (
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"regexp"
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
	c.Cluster.check(f)
	if c.Cluster.Create != nil {
		f.key(c.Cloud, "cluster.create.kmsKey", c.Cluster.Create.KMSKey)
	}
	c.Buckets.check(f)
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
	if c.Rollout.Deadline <= 0 {
		f.add("rollout.deadline", "has to be more than 0s, not %s", c.Rollout.Deadline)
	}
	c.checkServices(f)
	c.checkReleases(f)
	if c.Production {
		c.checkProduction(f)
	}
}

func (c Cluster) check(f *Faults) {
	switch {
	case c.Existing == "" && c.Create == nil:
		f.add("cluster", "names no cluster: set create, or existing")
	case c.Existing != "" && c.Create != nil:
		f.add("cluster", "both create and existing are set: keep one")
	case c.Create != nil:
		c.Create.check(f)
	}
}

// clusterName is what both clouds take for all that is named after a cluster.
// GKE's node account, NAME-nodes, may have 30 characters.
var clusterName = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,22}[a-z0-9])?$`)

// principal is who EKS can let in.
var principal = regexp.MustCompile(`^arn:aws[a-z-]*:iam::\d{12}:(user|role)/.+$`)

func (n NewCluster) check(f *Faults) {
	if !clusterName.MatchString(n.Name) {
		f.add("cluster.create.name", "%q is no name for a cluster: write a letter, then up to 23 small letters, digits and hyphens", n.Name)
	}
	f.required("cluster.create.machineType", n.MachineType)
	if n.Nodes.Min < 1 || n.Nodes.Max < n.Nodes.Min {
		f.add("cluster.create.nodes", "min %d and max %d do not fit: 1 <= min <= max", n.Nodes.Min, n.Nodes.Max)
	}
	if n.System.Min < 1 || n.System.Max < n.System.Min {
		f.add("cluster.create.system", "min %d and max %d do not fit: 1 <= min <= max", n.System.Min, n.System.Max)
	}
	if network, err := netip.ParsePrefix(n.NetworkCIDR); err != nil || !network.Addr().Is4() || network.Masked() != network ||
		network.Bits() < 16 || network.Bits() > 20 {
		f.add("cluster.create.networkCIDR", "%q is no IPv4 range of /16 to /20, such as 10.0.0.0/16", n.NetworkCIDR)
	}
	for k, arn := range n.Admins {
		if !principal.MatchString(arn) {
			f.add(fmt.Sprintf("cluster.create.admins[%d]", k), "%q is no ARN of a user or a role", arn)
		}
	}
	for k, cidr := range n.AuthorizedNetworks {
		at := fmt.Sprintf("cluster.create.authorizedNetworks[%d]", k)
		network, err := netip.ParsePrefix(cidr)
		if err != nil || network.Masked() != network {
			f.add(at, "%q is no address range in CIDR notation", cidr)
		} else if network.Bits() == 0 {
			f.add(at, "%q opens the API server to everyone: name your own ranges", cidr)
		}
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
	if x.Parallel < 0 || x.Parallel > maxParallel {
		f.add("fetcher.parallel", "has to be 0 to %d, not %d: 0 leaves it to the fetcher", maxParallel, x.Parallel)
	}
	if x.PartSize != "" {
		f.size("fetcher.partSize", x.PartSize)
		if bytes := x.PartBytes(); bytes != 0 && (bytes < minPartBytes || bytes > maxPartBytes) {
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
