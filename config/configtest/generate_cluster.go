package configtest

import (
	"pgregory.net/rapid"

	"github.com/modelferry/modelferry/config"
)

// clusterOptions are the keys of a cluster to create, below cluster.create.
var clusterOptions = []option{
	{"name", of("c", "main-cluster")},
	{"version", of("1.34")},
	{"nodes", of(map[string]any{"min": 1, "max": 1}, map[string]any{"min": 3, "max": 30})},
	{"system.machineType", of("small")},
	{"diskGiB", of(20, 500)},
	{"system.min", of(1)},
	{"system.max", of(1, 9)},
	{"authorizedNetworks", of([]any{}, []any{"203.0.113.0/24", "198.51.100.7/32"})},
	{"deletionProtection", of(true, false)},
	{"releaseChannel", of("RAPID", "REGULAR", "STABLE", "EXTENDED")},
	{"kmsKey", nil},
	{"network.controlPlaneCIDR", of("172.31.0.0/28")},
	{"autoscaler.enabled", of(true, false)},
}

// networkOptions are the keys of a network to create, below
// cluster.create.network. No two ranges overlap.
var networkOptions = []option{
	{"cidr", of("10.32.0.0/16", "192.168.0.0/20")},
	{"podCIDR", of("10.64.0.0/14", "172.16.0.0/20")},
	{"serviceCIDR", of("10.80.0.0/16", "192.168.16.0/27")},
	{"natPerZone", of(true, false)},
}

// drawCluster draws a cluster to create, in a network to create or an existing one.
func drawCluster(t *rapid.T, s Settings, cloud config.Cloud, production bool) {
	const at = "cluster.create."
	s.Set(at+"machineType", "medium")
	for _, o := range clusterOptions {
		o.drawOn(t, at, s, cloud)
	}
	if production && keys[at+"autoscaler"].SupportedOn(string(cloud)) {
		s.Set(at+"autoscaler.image", "registry.k8s.io/autoscaling/cluster-autoscaler@sha256:"+digest("autoscaler"))
	}
	if keys[at+"admins"].SupportedOn(string(cloud)) { // required
		s.Set(at+"admins", rapid.SampledFrom([][]any{
			{"arn:aws:iam::123456789012:role/ops"}, {"arn:aws:iam::123456789012:role/path/ops", "arn:aws:iam::123456789012:user/ann"},
		}).Draw(t, at+"admins"))
	}
	if rapid.Bool().Draw(t, string(cloud)+": existing network") {
		s.Set(at+"network.existing", fixtures[cloud].existingNetwork.Draw(t, at+"network.existing"))
		return
	}
	for _, o := range networkOptions {
		o.drawOn(t, at+"network.", s, cloud)
	}
}
