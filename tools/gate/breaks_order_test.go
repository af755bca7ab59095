package gate

// orderBreaks are breaks of the order in which resources are created, and of what outlives them.
var orderBreaks = []programBreak{
	{
		name: "grants before the workload identity pool", file: "infra/gke/workload_identity.go",
		before: `}, parent, pulumi.DependsOn(args.DependsOn))`,
		after:  `}, parent)`,
		dir:    ".", pkg: "./stack/tests/program", test: "TestInvariants_repositoryStacks",
	},
	{
		name: "pods before their grant", file: "stack/service.go",
		before: `DependsOn:       identity.DependsOn,`,
		after:  ``,
		dir:    ".", pkg: "./stack/tests/program", test: "TestInvariants_repositoryStacks",
	},
	{
		name: "pods before their network policy", file: "components/model_service.go",
		before: `dependsOn = append(dependsOn, policy)`,
		after:  `_ = policy`,
		dir:    ".", pkg: "./stack/tests/program", test: "TestInvariants_repositoryStacks",
	},
	{
		name: "pods before the admission policy", file: "components/model_service.go",
		before: `append(args.AdmissionPolicy.options(), parent, pulumi.DependsOn(dependsOn))`,
		after:  `[]pulumi.ResourceOption{parent, pulumi.DependsOn(dependsOn)}`,
		dir:    ".", pkg: "./stack/tests/platform", test: "TestAdmissionPolicy_refusesPodsWithoutCredentials",
	},
	{
		name: "a cluster that can be deleted", file: "infra/eks/cluster.go",
		before: `pulumi.Protect(*args.Spec.DeletionProtection),`,
		after:  `pulumi.Protect(false),`,
		dir:    ".", pkg: "./stack/tests/platform", test: "TestCluster_deletionProtection",
	},
	{
		name: "a bucket deleted with the stack", file: "infra/gke/bucket.go",
		before: `pulumi.RetainOnDelete(!args.ForceDestroy)`,
		after:  `pulumi.RetainOnDelete(false)`,
		dir:    ".", pkg: "./stack/tests/platform", test: "TestBucket_securitySettings",
	},
	{
		name: "nodes before their routes", file: "infra/eks/cluster.go",
		before: `slices.Concat(attachments, args.Network.Egress, []pulumi.Resource{logs})`,
		after:  `slices.Concat(attachments, []pulumi.Resource{logs})`,
		dir:    ".", pkg: "./stack/tests/program", test: "TestInvariants_repositoryStacks",
	},
	{
		name: "a node group before its role's policies", file: "infra/eks/nodes.go",
		before: `role, append(slices.Clone(opts), pulumi.DependsOn(dependsOn))...)`,
		after:  `role, opts...)`,
		dir:    ".", pkg: "./stack/tests/program", test: "TestInvariants_repositoryStacks",
	},
	{
		name: "a service deleted for a lost digest", file: "stack/unpublished.go",
		before: `; deployed {`,
		after:  `; deployed && name == "" {`,
		dir:    "local", pkg: "./internal/engine", test: "TestUp_unpublishedReleases",
	},
	{
		name: "a rollout that the engine does not wait for", file: "components/model_deployment.go",
		before: `, pulumi.Timeouts(&pulumi.CustomTimeouts{Create: timeout, Update: timeout}))`,
		after:  `, pulumi.Timeouts(&pulumi.CustomTimeouts{Delete: timeout}))`,
		dir:    ".", pkg: "./stack/tests/workload", test: "TestDeployment_rollingUpdate",
	},
}
