package gate

// serverSetBreaks are breaks by which the second update of a stack changes back what the cloud set.
var serverSetBreaks = []programBreak{
	{
		name: "the kubelet's configuration of GKE changed back", file: "infra/gke/nodes.go",
		before: `"nodeConfig.kubeletConfig",`,
		after:  ``,
		dir:    ".", pkg: "./stack/tests/platform", test: "TestNodePool_gkeServerSetValuesIgnored",
	},
	{
		name: "the provisioning label of GKE changed back", file: "infra/gke/nodes.go",
		before: `"nodeConfig.resourceLabels.goog-gke-node-pool-provisioning-model",`,
		after:  ``,
		dir:    ".", pkg: "./stack/tests/platform", test: "TestNodePool_gkeServerSetValuesIgnored",
	},
	{
		name: "L4 subsetting of GKE changed back", file: "infra/gke/cluster.go",
		before: `"nodeConfig", "enableL4IlbSubsetting"`,
		after:  `"nodeConfig"`,
		dir:    "local", pkg: "./internal/engine", test: "TestServerSet_secondUpAndRefreshUnchanged",
	},
	{
		name: "the autoscaler's desired size changed back", file: "infra/eks/nodes.go",
		before: `pulumi.IgnoreChanges([]string{"scalingConfig.desiredSize"})`,
		after:  `pulumi.IgnoreChanges(nil)`,
		dir:    "local", pkg: "./internal/engine", test: "TestServerSet_secondUpAndRefreshUnchanged",
	},
	{
		name: "subnets that move to another zone", file: "infra/eks/zones.go",
		before: `pulumi.IgnoreChanges([]string{"availabilityZone"})`,
		after:  `pulumi.IgnoreChanges(nil)`,
		dir:    ".", pkg: "./stack/tests/platform", test: "TestNetwork_eksZonesOfSubnetsStay",
	},
}
