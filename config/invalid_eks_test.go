package config_test

// invalidEKSClusters are cases of clusters with invalid keys that only EKS has.
var invalidEKSClusters = []invalidCase{
	{name: "retention time that CloudWatch does not have", stack: "eks", set: map[string]any{"cluster.create.logDays": 100},
		want: []string{`modelferry:cluster.create.logDays: Invalid value: 100: must be one of 0, 1, 3, 5, 7, 14, 30, 60, 90, ` +
			`120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653`}},
	{name: "invalid path and permissions boundary", stack: "eks", set: map[string]any{
		"iam.path": "ml/", "iam.permissionsBoundary": "arn:aws:iam::123456789012:role/boundary"},
		want: []string{
			`modelferry:iam.path: Invalid value: "ml/": must have the form /FOLDER/, at most 512 letters, digits and + = , . @ _ -`,
			`modelferry:iam.permissionsBoundary: Invalid value: "arn:aws:iam::123456789012:role/boundary": must be the ARN of an ` +
				`IAM policy: arn:aws:iam::ACCOUNT:policy/NAME`,
		}},
	{name: "invalid viewers", stack: "eks", set: map[string]any{"cluster.create.viewers": []any{
		"arn:aws:iam::123456789012:role/ml-platform", "arn:aws:iam::123456789012:role/dev", "arn:aws:iam::123456789012:role/dev",
		"arn:aws:sts::123456789012:assumed-role/ci/run-7", "dev", ""}},
		want: []string{
			`modelferry:cluster.create.viewers[0]: Duplicate value: "arn:aws:iam::123456789012:role/ml-platform": already in ` +
				`modelferry:cluster.create.admins`,
			`modelferry:cluster.create.viewers[2]: Duplicate value: "arn:aws:iam::123456789012:role/dev"`,
			`modelferry:cluster.create.viewers[3]: Invalid value: "arn:aws:sts::123456789012:assumed-role/ci/run-7": must be the ` +
				`ARN of a role, not of its session (aws iam get-role --role-name ci --query Role.Arn)`,
			`modelferry:cluster.create.viewers[4]: Invalid value: "dev": must be the ARN of a user or role: ` +
				`arn:aws:iam::ACCOUNT:role/NAME`,
			`modelferry:cluster.create.viewers[5]: Required value: must be set`,
		}},
	{name: "viewers on gke", stack: "gke", set: map[string]any{"cluster.create.viewers": []any{"arn:aws:iam::123456789012:role/dev"}},
		want: []string{`modelferry:cluster.create.viewers: Forbidden: only supported on eks, and this stack is on gke: remove it`}},
	{name: "iam on gke", stack: "gke", set: map[string]any{"iam.path": "/ml/"},
		want: []string{`modelferry:iam: Forbidden: only supported on eks, and this stack is on gke: remove it`}},
	{name: "retention time on gke", stack: "gke", set: map[string]any{"cluster.create.logDays": 0},
		want: []string{`modelferry:cluster.create.logDays: Forbidden: only supported on eks, and this stack is on gke: remove it`}},
}
