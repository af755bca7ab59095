package config_test

// invalidProviderKeys are cases of invalid keys of the clouds' Pulumi providers.
var invalidProviderKeys = []invalidCase{
	{name: "missing gcp:project", stack: "gke", set: map[string]any{"gcp:project": nil},
		want: []string{`gcp:project: Required value: must be set`}},
	{name: "missing gcp:region", stack: "gke", set: map[string]any{"gcp:region": nil},
		want: []string{`gcp:region: Required value: must be set`}},
	{name: "missing gcp:region, with keys", stack: "gke", set: map[string]any{"gcp:region": nil,
		"buckets.kmsKey":        "projects/keys/locations/europe-west1/keyRings/ml/cryptoKeys/buckets",
		"cluster.create.kmsKey": "projects/keys/locations/europe-west1/keyRings/ml/cryptoKeys/secrets",
		"cluster.location":      "europe-west1-b"},
		want: []string{`gcp:region: Required value: must be set`}},
	{name: "missing aws:region, with keys and zones", stack: "eks", set: map[string]any{"aws:region": nil,
		"buckets.kmsKey":               "arn:aws:kms:eu-west-1:123456789012:key/ours",
		"cluster.create.kmsKey":        "arn:aws:kms:eu-west-1:123456789012:key/ours",
		"cluster.create.network.zones": []any{"eu-west-1a", "eu-west-1b"}},
		want: []string{`aws:region: Required value: must be set`}},
	{name: "missing aws:region", stack: "eks", set: map[string]any{"aws:region": nil},
		want: []string{`aws:region: Required value: must be set`}},
	{name: "empty gcp keys", stack: "gke", set: map[string]any{"gcp:project": "", "gcp:region": ""},
		want: []string{`gcp:project: Required value: must be set`, `gcp:region: Required value: must be set`}},
	{name: "empty aws:region", stack: "eks", set: map[string]any{"aws:region": ""},
		want: []string{`aws:region: Required value: must be set`}},
	{name: "aws keys of another type", stack: "eks", set: map[string]any{
		"aws:allowedAccountIds": "123456789012", "aws:assumeRole": []any{"arn:aws:iam::123456789012:role/ci"}},
		want: []string{
			`aws:allowedAccountIds: Invalid value: "123456789012": must be a list`,
			`aws:assumeRole: Invalid value: "[\"arn:aws:iam::123456789012:role/ci\"]": must be an object: write its keys below ` +
				`it, or set them with pulumi config set --path`,
		}},
	{name: "invalid aws keys", stack: "eks", set: map[string]any{
		"aws:allowedAccountIds": []any{"1234"}, "aws:assumeRole.roleArn": "arn:aws:sts::123456789012:assumed-role/ci/me"},
		want: []string{
			`aws:allowedAccountIds[0]: Invalid value: "1234": must be the ID of an AWS account, 12 digits: put it in quotes`,
			`aws:assumeRole.roleArn: Invalid value: "arn:aws:sts::123456789012:assumed-role/ci/me": must be the ARN of a role: ` +
				`arn:aws:iam::ACCOUNT:role/NAME`,
		}},
	{name: "empty account", stack: "eks", set: map[string]any{"aws:forbiddenAccountIds": []any{""}},
		want: []string{`aws:forbiddenAccountIds[0]: Required value: must be set`}},
	{name: "allowed and forbidden accounts", stack: "eks", set: map[string]any{
		"aws:allowedAccountIds": []any{"123456789012"}, "aws:forbiddenAccountIds": []any{"210987654321"}},
		want: []string{`aws:forbiddenAccountIds: Forbidden: may not be set together with aws:allowedAccountIds: remove one`}},
	{name: "aws keys that the program does not pass on", stack: "eks", set: map[string]any{
		"aws:secretKey": "secret", "aws:assumeRoles": []any{}, "aws:assumeRole.externalId": "ml", "aws:defaultTags": object,
		"aws:profil": "ml", "aws:useFipsEndpoint": true},
		want: []string{
			`aws:assumeRole.externalId: Forbidden: the program does not pass it on to its provider: set role_arn, external_id ` +
				`and so on in a profile of the AWS CLI, and aws:profile`,
			`aws:assumeRoles: Forbidden: the program does not pass it on to its provider: set aws:assumeRole.roleArn`,
			`aws:defaultTags: Forbidden: the program does not pass it on to its provider: set modelferry:owner and ` +
				`modelferry:costCentre`,
			`aws:profil: Forbidden: the program does not pass it on to its provider: did you mean "profile"?`,
			`aws:secretKey: Forbidden: the program does not pass it on to its provider: set aws:profile, or AWS_ACCESS_KEY_ID ` +
				`and so on in the environment`,
			`aws:useFipsEndpoint: Forbidden: the program does not pass it on to its provider: remove it`,
		}},
	{name: "gcp keys that the program does not pass on", stack: "gke", set: map[string]any{
		"gcp:impersonateServiceAccount": "ci@p.iam.gserviceaccount.com", "gcp:credentials": "{}", "gcp:zone": "europe-west1-b"},
		want: []string{
			`gcp:credentials: Forbidden: the program does not pass it on to its provider: set GOOGLE_APPLICATION_CREDENTIALS in ` +
				`the environment`,
			`gcp:impersonateServiceAccount: Forbidden: the program does not pass it on to its provider: log in with gcloud auth ` +
				`application-default login --impersonate-service-account`,
			`gcp:zone: Forbidden: the program does not pass it on to its provider: remove it`,
		}},
	{name: "billing project without override", stack: "gke", set: map[string]any{"gcp:billingProject": "billing"},
		want: []string{`gcp:billingProject: Forbidden: has no effect unless gcp:userProjectOverride is true`}},
	{name: "kubernetes keys", set: map[string]any{"kubernetes:context": "ours"},
		want: []string{`kubernetes:context: Forbidden: the program does not pass it on to its provider: remove it, the provider ` +
			`connects to the stack's cluster`}},
}
