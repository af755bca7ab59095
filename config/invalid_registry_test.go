package config_test

const iamMember = `must be an IAM member: serviceAccount:EMAIL, group:EMAIL, user:EMAIL or principal://…`

// invalidRegistries are cases of who pulls images from where.
var invalidRegistries = []invalidCase{
	{name: "invalid registry readers", stack: "gke", set: map[string]any{"registry.readers": []any{
		"serviceAccount:nodes@other.iam.gserviceaccount.com", "allUsers", "allAuthenticatedUsers", "domain:example.com",
		"serviceAccount:nodes", "", "serviceAccount:nodes@other.iam.gserviceaccount.com", "principal://iam.googleapis.com/projects/1/x"}},
		want: []string{
			`modelferry:registry.readers[1]: Invalid value: "allUsers": ` + iamMember,
			`modelferry:registry.readers[2]: Invalid value: "allAuthenticatedUsers": ` + iamMember,
			`modelferry:registry.readers[3]: Invalid value: "domain:example.com": ` + iamMember,
			`modelferry:registry.readers[4]: Invalid value: "serviceAccount:nodes": ` + iamMember,
			`modelferry:registry.readers[5]: Required value: must be set`,
			`modelferry:registry.readers[6]: Duplicate value: "serviceAccount:nodes@other.iam.gserviceaccount.com"`,
		}},
	{name: "invalid registry readers on eks", stack: "eks", set: map[string]any{"registry.readers": []any{
		"arn:aws:iam::210987654321:root", "*", "arn:aws:iam::210987654321:role/*", "210987654321",
		"arn:aws:iam::210987654321:role/path/nodes", "arn:aws:iam::210987654321:root"}},
		want: []string{
			`modelferry:registry.readers[1]: Invalid value: "*": must be the ARN of an account, role or user: arn:aws:iam::ACCOUNT:root`,
			`modelferry:registry.readers[2]: Invalid value: "arn:aws:iam::210987654321:role/*": must be the ARN of an account, role or ` +
				`user: arn:aws:iam::ACCOUNT:root`,
			`modelferry:registry.readers[3]: Invalid value: "210987654321": must be the ARN of an account, role or user: ` +
				`arn:aws:iam::ACCOUNT:root`,
			`modelferry:registry.readers[5]: Duplicate value: "arn:aws:iam::210987654321:root"`,
		}},
	{name: "empty registry reader", set: map[string]any{"registry.readers": []any{""}},
		want: []string{`modelferry:registry.readers[0]: Required value: must be set`}},
	{name: "registry readers without a registry", stack: "gke", set: map[string]any{
		"registry.create": false, "registry.readers": []any{"group:ml@example.com"}},
		want: []string{`modelferry:registry.readers: Forbidden: create is false, so the stack has no repository: remove it`}},
	{name: "registry readers without a registry on eks", stack: "eks", set: map[string]any{
		"registry.create": false, "registry.readers": []any{"arn:aws:iam::210987654321:root"}},
		want: []string{`modelferry:registry.readers: Forbidden: create is false, so the stack has no repository: remove it`}},
	{name: "invalid image repositories", stack: "gke", set: map[string]any{"cluster.create.imageRepositories": []any{
		"europe-docker.pkg.dev/images/ml", "", "projects/images/locations/europe/repositories/ml",
		"projects/images/locations/europe/repositories/ml"}},
		want: []string{
			`modelferry:cluster.create.imageRepositories[0]: Invalid value: "europe-docker.pkg.dev/images/ml": must be an Artifact Registry ` +
				`repository: projects/PROJECT/locations/LOCATION/repositories/NAME`,
			`modelferry:cluster.create.imageRepositories[1]: Required value: must be set`,
			`modelferry:cluster.create.imageRepositories[3]: Duplicate value: "projects/images/locations/europe/repositories/ml"`,
		}},
	{
		name:  "image repositories on eks",
		stack: "eks",
		set: map[string]any{
			"cluster.create.imageRepositories": []any{"projects/images/locations/europe/repositories/ml"}},
		want: []string{
			`modelferry:cluster.create.imageRepositories: Forbidden: only supported on gke, and this stack is on eks: remove it`,
		},
	},
}
