package gate

// workloadBreaks are breaks of pods, their traffic and their rollouts.
var workloadBreaks = []programBreak{
	{
		name: "no DNS", file: "components/network_policy.go",
		before: `dnsRule(), &networkingv1`,
		after:  `&networkingv1`,
		dir:    ".", pkg: "./stack/tests/workload", test: "TestNetworkPolicy_servicePods",
	},
	{
		name: "no object store", file: "components/network_policy.go",
		before: `return append(rules, endpoints...), err`,
		after:  `return append(rules, endpoints[:0]...), err`,
		dir:    ".", pkg: "./stack/tests/workload", test: "TestNetworkPolicy_servicePods",
	},
	{
		name: "no default deny of egress", file: "components/network_policy.go",
		before: `PodSelector: &metav1.LabelSelectorArgs{}, PolicyTypes: policyTypes()}`,
		after:  `PodSelector: &metav1.LabelSelectorArgs{}, PolicyTypes: policyTypes()[:1]}`,
		dir:    ".", pkg: "./stack/tests/workload", test: "TestNetworkPolicy_defaultDeny",
	},
	{
		name: "no metadata server", file: "infra/gke/object_store.go",
		before: `slices.Concat(egress, metadataServerEndpoints)`,
		after:  `slices.Concat(egress, metadataServerEndpoints[:0])`,
		dir:    ".", pkg: "./stack/tests/workload", test: "TestNetworkPolicy_servicePods",
	},
	{
		name: "the metadata server probed", file: "infra/gke/object_store.go",
		before: `env := map[string]string{"GCE_METADATA_HOST": metadataServer}`,
		after:  `env := map[string]string{}`,
		dir:    ".", pkg: "./stack/tests/workload", test: "TestModelConfig_fetcherEnvironment",
	},
	{
		name: "an HPA without a target", file: "components/hpa.go",
		before: `Kind: pulumi.String("Deployment"), Name: deployment,`,
		after:  `Kind: pulumi.String("Deployment"), Name: pulumi.String(name),`,
		dir:    ".", pkg: "./stack/tests/workload", test: "TestHPA_cpuUtilization",
	},
	{
		name: "pods that end while they get requests", file: "components/server_container.go",
		before: `pulumi.Int(a.Server.preStopSeconds())`,
		after:  `pulumi.Int(0)`,
		dir:    ".", pkg: "./stack/tests/workload", test: "TestDeployment_serverContainer",
	},
	{
		name: "an old pod deleted first", file: "components/model_deployment.go",
		before: `MaxSurge: pulumi.Int(1), MaxUnavailable: pulumi.Int(0)`,
		after:  `MaxSurge: pulumi.Int(0), MaxUnavailable: pulumi.Int(1)`,
		dir:    ".", pkg: "./stack/tests/workload", test: "TestDeployment_rollingUpdate",
	},
	{
		name: "a ConfigMap that changes under running pods", file: "components/model_config.go",
		before: `Immutable: pulumi.Bool(true),`,
		after:  ``,
		dir:    ".", pkg: "./stack/tests/workload", test: "TestModelConfig_fetcherEnvironment",
	},
	{
		name: "containers that write to their root file system", file: "components/security_context.go",
		before: `ReadOnlyRootFilesystem:   pulumi.Bool(true)`,
		after:  `ReadOnlyRootFilesystem:   pulumi.Bool(false)`,
		dir:    ".", pkg: "./stack/tests/workload", test: "TestDeployment_restrictedSecurityContext",
	},
	{
		name: "node credentials in reach of pods", file: "infra/eks/launch_template.go",
		before: `HttpPutResponseHopLimit: pulumi.Int(1)`,
		after:  `HttpPutResponseHopLimit: pulumi.Int(2)`,
		dir:    ".", pkg: "./stack/tests/platform", test: "TestNodePool_hardening",
	},
	{
		name: "nodes without GKE's metadata server", file: "infra/gke/nodes.go",
		before: `Mode: pulumi.String("GKE_METADATA")`,
		after:  `Mode: pulumi.String("GCE_METADATA")`,
		dir:    ".", pkg: "./stack/tests/platform", test: "TestNodePool_hardening",
	},
}
