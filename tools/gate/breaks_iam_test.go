package gate

// iamBreaks are breaks of identities and permissions.
var iamBreaks = []programBreak{
	{
		name: "a grant that also writes", file: "infra/gke/workload_identity.go",
		before: `readerRole = "roles/storage.objectViewer"`,
		after:  `readerRole = "roles/storage.objectUser"`,
		dir:    "stack/iamtest", pkg: ".", test: "TestAccess_matrix",
	},
	{
		name: "a managed folder that is a prefix of others", file: "infra/gke/workload_identity.go",
		before: `Name: pulumi.String(prefix.Prefix),`,
		after:  `Name: pulumi.String(prefix.Prefix[:1]),`,
		dir:    ".", pkg: "./stack/tests/platform", test: "TestWorkloadIdentity_readsOwnPrefixesOnly",
	},
	{
		name: "a principal of another namespace", file: "infra/gke/workload_identity.go",
		before: `WorkloadPool(project), namespace, serviceAccount)`,
		after:  `WorkloadPool(project), "default", serviceAccount)`,
		dir:    ".", pkg: "./infra/gke", test: "TestPrincipal_projectNumberAndPoolID",
	},
	{
		name: "a wrong audience", file: "infra/eks/policy.go",
		before: `irsaAudience = "sts.amazonaws.com"`,
		after:  `irsaAudience = "sts.amazonaws.org"`,
		dir:    "stack/iamtest", pkg: ".", test: "TestTrustPolicy_oneServiceAccount",
	},
	{
		name: "a trust policy without subject", file: "infra/eks/policy.go",
		before: `claims + ":sub": fmt.Sprintf("system:serviceaccount:%s:%s", namespace, serviceAccount),`,
		after:  ``,
		dir:    "stack/iamtest", pkg: ".", test: "TestTrustPolicy_oneServiceAccount",
	},
	{
		name: "a Pod Identity trust policy without namespace", file: "infra/eks/policy.go",
		before: `"aws:RequestTag/kubernetes-namespace":       namespace,`,
		after:  ``,
		dir:    "stack/iamtest", pkg: ".", test: "TestTrustPolicy_oneServiceAccount",
	},
	{
		name: "a wrong condition key", file: "infra/eks/policy.go",
		before: `"s3:prefix": p.Prefix + "*"`,
		after:  `"s3:Prefixes": p.Prefix + "*"`,
		dir:    "stack/iamtest", pkg: ".", test: "TestAccess_matrix",
	},
	{
		name: "a role that reads the whole bucket", file: "infra/eks/policy.go",
		before: `p.BucketArn + "/" + p.Prefix + "*"`,
		after:  `p.BucketArn + "/*"`,
		dir:    "stack/iamtest", pkg: ".", test: "TestAccess_matrix",
	},
	{
		name: "a bucket policy that allows plain HTTP", file: "infra/eks/policy.go",
		before: `"aws:SecureTransport": "false"`,
		after:  `"aws:SecureTransport": "true"`,
		dir:    "stack/iamtest", pkg: ".", test: "TestBucketPolicy_deniesWithoutTLS",
	},
}
