package configtest

import "pgregory.net/rapid"

// newClusterOptions are those of a stack that makes its cluster, below cluster.create.
var newClusterOptions = []option{
	{"name", of("c", "main-cluster")},
	{"version", of("1.34")},
	{"nodes", of(map[string]any{"min": 1, "max": 1}, map[string]any{"min": 3, "max": 30})},
	{"system.machineType", of("small")},
	{"diskGiB", of(20, 500)},
	{"system.min", of(1)},
	{"system.max", of(1, 9)},
	{"authorizedNetworks", of([]any{}, []any{"203.0.113.0/24", "198.51.100.7/32"})},
	{"deletionProtection", of(true, false)},
}

// newClusterOn are those that mean something on one cloud only, or another
// thing on each.
var newClusterOn = map[string][]option{
	"gke": {
		{"releaseChannel", of("RAPID", "REGULAR", "STABLE", "EXTENDED")},
		{"kmsKey", of("projects/keys/locations/europe-west1/keyRings/ml/cryptoKeys/secrets")},
		{"network.controlPlaneCIDR", of("172.31.0.0/28")},
	},
	"eks": {
		{"kmsKey", of("arn:aws:kms:eu-west-1:123456789012:key/secrets")},
		{"autoscaler.enabled", of(true, false)},
	},
}

// networkOptions are those of a network of the stack's own, below
// cluster.create.network. No range of one meets another's.
var networkOptions = map[string][]option{
	"gke": {
		{"cidr", of("10.32.0.0/16", "192.168.0.0/20")},
		{"podCIDR", of("10.64.0.0/14", "172.16.0.0/20")},
		{"serviceCIDR", of("10.80.0.0/16", "192.168.16.0/27")},
	},
	"eks": {
		{"cidr", of("10.32.0.0/16", "192.168.0.0/20")},
		{"natPerZone", of(true, false)},
	},
}

// existingNetworks are networks that a team has already.
var existingNetworks = map[string]*rapid.Generator[any]{
	"gke": of(
		map[string]any{"network": "shared", "subnetwork": "ml", "podRange": "pods", "serviceRange": "services"},
		map[string]any{
			"network": "projects/host/global/networks/shared", "subnetwork": "projects/host/regions/europe-west1/subnetworks/ml",
			"podRange": "pods", "serviceRange": "services",
		},
	),
	"eks": of(
		map[string]any{"vpc": "vpc-0a", "privateSubnets": []any{"subnet-0a", "subnet-0b"}},
		map[string]any{"vpc": "vpc-0a", "privateSubnets": []any{"subnet-0a", "subnet-0b", "subnet-0d"}, "publicSubnets": []any{"subnet-0c"}},
	),
}

// drawCluster draws a cluster that the stack makes, and where it lives.
func drawCluster(t *rapid.T, s Settings, cloud string, production bool) {
	const at = "cluster.create."
	for _, options := range [][]option{newClusterOptions, newClusterOn[cloud]} {
		for _, o := range options {
			o.drawBelow(t, at, s)
		}
	}
	if cloud == "eks" && production {
		s.Set(at+"autoscaler.image", "registry.k8s.io/autoscaling/cluster-autoscaler@sha256:"+digest("autoscaler"))
	}
	if cloud == "eks" { // nobody else is let in
		s.Set(at+"admins", rapid.SampledFrom([][]any{
			{"arn:aws:iam::123456789012:role/ops"}, {"arn:aws:iam::123456789012:role/path/ops", "arn:aws:iam::123456789012:user/ann"},
		}).Draw(t, at+"admins"))
	}
	if rapid.Bool().Draw(t, cloud+": a network that exists") {
		s.Set(at+"network.existing", existingNetworks[cloud].Draw(t, at+"network.existing"))
		return
	}
	for _, o := range networkOptions[cloud] {
		o.drawBelow(t, at+"network.", s)
	}
}
