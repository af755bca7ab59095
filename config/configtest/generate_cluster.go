package configtest

import (
	"pgregory.net/rapid"

	"github.com/modelferry/modelferry/config"
)

// clusterOptions are the keys of a cluster to create, below cluster.create.
var clusterOptions = []option{
	{"name", oneOf("c", "main-cluster")},
	{"version", oneOf("1.34")},
	{"nodes", oneOf(map[string]any{"min": 1, "max": 1}, map[string]any{"min": 3, "max": 30})},
	{"system.machineType", nil},
	{"diskGiB", oneOf(20, 500)},
	{"system.min", oneOf(1)},
	{"system.max", oneOf(1, 9)},
	{"authorizedNetworks", oneOf([]any{}, []any{"203.0.113.0/24", "198.51.100.7/32"})},
	{"privateEndpoint.authorizedNetworks", oneOf([]any{}, []any{"10.8.0.0/16", "100.64.0.0/24"})},
	{"maintenance.start", oneOf("00:00", "23:59")},
	{"maintenance.duration", oneOf("6h", "24h")},
	{"maintenance.days", oneOf([]any{"SA", "SU"}, []any{"FR", "MO", "WE"})},
	{"maintenance.exclusions", newEachDraw(func() any {
		return map[string]any{"freeze": map[string]any{
			"start": "2026-12-18T00:00:00Z", "end": "2027-01-05T00:00:00Z", "scope": "NO_MINOR_UPGRADES",
		}}
	})},
	{"privateEndpoint.globalAccess", oneOf(true, false)},
	{"deletionProtection", oneOf(true, false)},
	{"upgradePolicy", oneOf("STANDARD", "EXTENDED")},
	{"viewers", oneOf([]any{"arn:aws:iam::123456789012:role/path/developers", "arn:aws:iam::210987654321:role/audit"})},
	{"logDays", oneOf(0, 1, 3653)},
	{"releaseChannel", oneOf("RAPID", "REGULAR", "STABLE")},
	{"kmsKey", nil},
	{"network.controlPlaneCIDR", oneOf("172.31.0.0/28")},
	{"addons", newEachDraw(func() any {
		return map[string]any{"coredns": map[string]any{"version": "v1.13.1-eksbuild.1", "values": map[string]any{"replicaCount": 3}}}
	})},
	{"autoscaler.enabled", oneOf(true, false)},
	{"imageRepositories", oneOf(
		[]any{"projects/images/locations/europe/repositories/ml", "projects/images/locations/us/repositories/gcr.io"},
	)},
}

// networkOptions are the keys of a network to create, below
// cluster.create.network. No two ranges overlap.
var networkOptions = []option{
	{"cidr", oneOf("10.32.0.0/16", "192.168.0.0/20")},
	{"podCIDR", oneOf("10.64.0.0/14", "172.16.0.0/20")},
	{"serviceCIDR", oneOf("10.80.0.0/16", "192.168.16.0/27")},
	{"natPerZone", oneOf(true, false)},
	{"zones", oneOf([]any{"eu-west-1b", "eu-west-1c"}, []any{"eu-west-1d", "eu-west-1a", "eu-west-1b"})},
}

// drawRegistryReaders draws who reads the stack's repository, if it has one.
func drawRegistryReaders(t *rapid.T, s Settings, cloud config.Cloud) {
	if s.object("registry")["create"] != false {
		option{"registry.readers", nil}.drawForCloud(t, "", s, cloud)
	}
}

// drawCluster draws a cluster to create, in a network to create or an existing one.
func drawCluster(t *rapid.T, s Settings, cloud config.Cloud, production bool) {
	const prefix = "cluster.create."
	s.Set(prefix+"machineType", fixtures[cloud].values[prefix+"machineType"].Draw(t, prefix+"machineType"))
	for _, o := range clusterOptions {
		o.drawForCloud(t, prefix, s, cloud)
	}
	if s.authorizedNetworks() == 0 { // one is required
		s.Set(prefix+"privateEndpoint.authorizedNetworks", []any{"172.16.0.0/12"})
	}
	if production && keys[prefix+"autoscaler"].SupportedOn(string(cloud)) {
		s.Set(prefix+"autoscaler.image", "registry.k8s.io/autoscaling/cluster-autoscaler@sha256:"+digest("autoscaler"))
	}
	if keys[prefix+"admins"].SupportedOn(string(cloud)) { // required
		s.Set(prefix+"admins", rapid.SampledFrom([][]any{
			{"arn:aws:iam::123456789012:role/ops"}, {"arn:aws:iam::123456789012:role/path/ops", "arn:aws:iam::123456789012:user/ann"},
		}).Draw(t, prefix+"admins"))
	}
	if rapid.Bool().Draw(t, string(cloud)+": existing network") {
		s.Set(prefix+"network.existing", fixtures[cloud].existingNetwork.Draw(t, prefix+"network.existing"))
		return
	}
	for _, o := range networkOptions {
		o.drawForCloud(t, prefix+"network.", s, cloud)
	}
}

// authorizedNetworks returns the number of networks that may connect to the API server.
func (s Settings) authorizedNetworks() int {
	public, _ := s.object("cluster", "create")["authorizedNetworks"].([]any)
	private, _ := s.object("cluster", "create", "privateEndpoint")["authorizedNetworks"].([]any)
	return len(public) + len(private)
}
