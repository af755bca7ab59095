package gate

// localCloudBreaks are breaks that a real pod in the local cloud has to meet.
var localCloudBreaks = []programBreak{
	{
		name: "local cloud: no DNS", file: "components/network_policy.go",
		before: `dnsRule(), &networkingv1`,
		after:  `&networkingv1`,
		stack:  "gke", test: "TestNetworkPolicy_egress",
	},
	{
		name: "local cloud: no metadata server", file: "infra/gke/object_store.go",
		before: `slices.Concat(egress, metadataServerEndpoints)`,
		after:  `slices.Concat(egress, metadataServerEndpoints[:0])`,
		stack:  "gke", test: "TestNetworkPolicy_egress",
	},
	{
		name: "local cloud: a managed folder that is a prefix of others", file: "infra/gke/workload_identity.go",
		before: `Name: pulumi.String(prefix.Prefix),`,
		after:  `Name: pulumi.String(prefix.Prefix[:1]),`,
		stack:  "gke", test: "TestIdentity_readsOwnPrefixesOnly",
	},
	{
		name: "local cloud: a role that reads the whole bucket", file: "infra/eks/policy.go",
		before: `p.BucketArn + "/" + p.Prefix + "*"`,
		after:  `p.BucketArn + "/*"`,
		stack:  "eks", test: "TestIdentity_readsOwnPrefixesOnly",
	},
	{
		name: "local cloud: a trust policy without subject", file: "infra/eks/policy.go",
		before: `claims + ":sub": fmt.Sprintf("system:serviceaccount:%s:%s", namespace, serviceAccount),`,
		after:  ``,
		stack:  "eks", test: "TestIRSA_refusesOtherTokens",
	},
	{
		name: "local cloud: a fetcher without the required signature", file: "components/model_config.go",
		before: `"MODEL_SIGNATURE": signatures.Artifacts[0], `,
		after:  ``,
		stack:  "gke", test: "TestSignedModel",
	},
	{
		name: "local cloud: a fetcher that publishes what was not signed", file: "fetcher/internal/fetch/signature.go",
		before: `if err := manifest.VerifyFile(digests); err != nil {`,
		after:  `if err := manifest.VerifyFile(digests); false && err != nil {`,
		stack:  "gke", test: "TestSignedModel",
	},
	{
		name: "local cloud: administrators without their access policy", file: "infra/eks/access_entries.go",
		before: `{{adminPolicy, args.Spec.Admins}`,
		after:  `{{viewPolicy, args.Spec.Admins}`,
		stack:  "eks", test: "TestRefresh_noChanges",
	},
	{
		name: "local cloud: the autoscaler's desired size changed back", file: "infra/eks/nodes.go",
		before: `pulumi.IgnoreChanges([]string{"scalingConfig.desiredSize"})`,
		after:  `pulumi.IgnoreChanges(nil)`,
		stack:  "eks", test: "TestRefresh_noChanges",
	},
}
