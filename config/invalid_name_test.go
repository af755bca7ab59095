package config_test

// invalidNames are cases of names and references that the clouds or Kubernetes would refuse.
var invalidNames = []invalidCase{
	{name: "projects and region of gcp", stack: "gke", set: map[string]any{
		"gcp:project": "Our Project", "gcp:region": "europe-west1-b", "gcp:billingProject": "ours", "gcp:userProjectOverride": true},
		want: []string{
			`gcp:billingProject: Invalid value: "ours": must be the ID of a project: 6 to 30 lower case letters, digits and hyphens`,
			`gcp:project: Invalid value: "Our Project": must be the ID of a project: 6 to 30 lower case letters, digits and hyphens`,
			`gcp:region: Invalid value: "europe-west1-b": must be a region, such as europe-west1`,
		}},
	{name: "region and profile of aws", stack: "eks", set: map[string]any{"aws:region": "eu-west-1a", "aws:profile": "ml\n"},
		want: []string{
			`aws:profile: Invalid value: "ml\n": must be printable text`,
			`aws:region: Invalid value: "eu-west-1a": must be a region, such as eu-west-1`,
		}},
	{name: "existing cluster on gke", stack: "gke", set: map[string]any{"cluster": map[string]any{"existing": "Production"}},
		want: []string{`modelferry:cluster.existing: Invalid value: "Production": must be the name of a GKE cluster: a letter, then ` +
			`up to 39 lower case letters, digits and hyphens`}},
	{name: "existing cluster on eks", stack: "eks", set: map[string]any{"cluster": map[string]any{"existing": "-production"}},
		want: []string{`modelferry:cluster.existing: Invalid value: "-production": must be the name of an EKS cluster: up to 100 ` +
			`letters, digits, hyphens and underscores`}},
	{name: "new cluster in another region", stack: "gke", set: map[string]any{"cluster.location": "us-central1"},
		want: []string{`modelferry:cluster.location: Invalid value: "us-central1": must be europe-west1 or a zone of it, because the ` +
			`network and the buckets are in gcp:region: change gcp:region to create everything in another region`}},
	{name: "new cluster in a zone of another region", stack: "gke", set: map[string]any{"cluster.location": "europe-west10-b"},
		want: []string{`modelferry:cluster.location: Invalid value: "europe-west10-b": must be europe-west1 or a zone of it, because ` +
			`the network and the buckets are in gcp:region: change gcp:region to create everything in another region`}},
	{name: "location that is neither a region nor a zone", stack: "gke", set: map[string]any{"cluster.location": "europe"},
		want: []string{`modelferry:cluster.location: Invalid value: "europe": must be a region or zone, such as europe-west1 or ` +
			`europe-west1-b`}},
	{name: "version on gke", stack: "gke", set: map[string]any{"cluster.create.version": "v1.34"},
		want: []string{`modelferry:cluster.create.version: Invalid value: "v1.34": must be a version of GKE, such as 1.34, 1.34.1 or ` +
			`1.34.1-gke.1829001 (gcloud container get-server-config)`}},
	{name: "machine types of EC2 on gke", stack: "gke", set: map[string]any{"cluster.create.machineType": "t3.medium",
		"cluster.create.system.machineType": "t3.small", "gpu.machineType": "g4dn.xlarge", "gpu.accelerator": "T4"},
		want: []string{
			`modelferry:cluster.create.machineType: Invalid value: "t3.medium": must be a machine type of Compute Engine, such as ` +
				`e2-standard-2`,
			`modelferry:cluster.create.system.machineType: Invalid value: "t3.small": must be a machine type of Compute Engine, such ` +
				`as e2-standard-2`,
			`modelferry:gpu.accelerator: Invalid value: "T4": must be an accelerator type of Compute Engine, such as nvidia-tesla-t4`,
			`modelferry:gpu.machineType: Invalid value: "g4dn.xlarge": must be a machine type of Compute Engine, such as e2-standard-2`,
		}},
	{name: "machine types of Compute Engine on eks", stack: "eks", set: map[string]any{"cluster.create.machineType": "e2-medium",
		"cluster.create.system.machineType": "e2-small", "gpu.machineType": "n1-standard-4"},
		want: []string{
			`modelferry:cluster.create.machineType: Invalid value: "e2-medium": must be an instance type of EC2, such as t3.medium`,
			`modelferry:cluster.create.system.machineType: Invalid value: "e2-small": must be an instance type of EC2, such as t3.medium`,
			`modelferry:gpu.machineType: Invalid value: "n1-standard-4": must be an instance type of EC2, such as t3.medium`,
		}},
	{name: "gpu zone without a letter", stack: "gke", set: map[string]any{"gpu.zones": []any{"europe-west1-"}},
		want: []string{`modelferry:gpu.zones[0]: Invalid value: "europe-west1-": must be a zone of europe-west1, such as europe-west1-b`}},
	{name: "admins with wildcards or without a name", stack: "eks", set: map[string]any{"cluster.create.admins": []any{
		"arn:aws:iam::123456789012:role/*", "arn:aws:iam::123456789012:role/ops/", "arn:aws:iam::123456789012:role/team?/ops", ""}},
		want: []string{
			`modelferry:cluster.create.admins[0]: Invalid value: "arn:aws:iam::123456789012:role/*": must be the ARN of a user or ` +
				`role: arn:aws:iam::ACCOUNT:role/NAME`,
			`modelferry:cluster.create.admins[1]: Invalid value: "arn:aws:iam::123456789012:role/ops/": must be the ARN of a user or ` +
				`role: arn:aws:iam::ACCOUNT:role/NAME`,
			`modelferry:cluster.create.admins[2]: Invalid value: "arn:aws:iam::123456789012:role/team?/ops": must be the ARN of a ` +
				`user or role: arn:aws:iam::ACCOUNT:role/NAME`,
			`modelferry:cluster.create.admins[3]: Required value: must be set`,
		}},
	{name: "empty subnets", stack: "eks", set: map[string]any{"cluster.create.network.existing": map[string]any{
		"vpc": "vpc-0a", "privateSubnets": []any{"", "subnet-0b"}, "publicSubnets": []any{""}}},
		want: []string{
			`modelferry:cluster.create.network.existing.privateSubnets[0]: Required value: must be set`,
			`modelferry:cluster.create.network.existing.publicSubnets[0]: Required value: must be set`,
		}},
	{
		name:  "maintenance exclusion with a line break",
		stack: "gke",
		set: map[string]any{"cluster.create.maintenance.exclusions": map[string]any{
			"a\nb": map[string]any{"start": "2026-12-18T00:00:00Z", "end": "2026-12-19T00:00:00Z"}}},
		want: []string{"modelferry:cluster.create.maintenance.exclusions.a\nb: Invalid value: \"a\\nb\": must be printable text"},
	},
	{name: "names of artifacts and backends", set: map[string]any{
		"services.bankchurn.artifacts.dataset 2": artifact(
			"b",
		),
		"releases.bankchurn.artifacts.dataset 2": map[string]any{"path": "bankchurn/b", "size": "1MB"},
		"services.nlpinsight.backends.fin/bert":  map[string]any{"artifacts": map[string]any{"model_": artifact("b")}},
	},
		want: []string{
			`modelferry:services.bankchurn.artifacts.dataset 2: Invalid value: "dataset 2": must be at most 63 letters, digits and ` +
				`. _ -, with a letter or digit at both ends`,
			`modelferry:services.nlpinsight.backends.fin/bert: Invalid value: "fin/bert": must be at most 63 letters, digits and ` +
				`. _ -, with a letter or digit at both ends`,
			`modelferry:services.nlpinsight.backends.fin/bert.artifacts.model_: Invalid value: "model_": must be at most 63 letters, ` +
				`digits and . _ -, with a letter or digit at both ends`,
		}},
	{name: "paths in the container", set: map[string]any{
		"services.bankchurn.modelFolder": "/models:ro", "services.bankchurn.artifacts.dataset.mount": "/data\n",
		"services.nlpinsight.backends.finbert.artifacts.model.mount": `C:\data`},
		want: []string{
			`modelferry:services.bankchurn.artifacts.dataset.mount: Invalid value: "/data\n": must be an absolute path without : and \`,
			`modelferry:services.bankchurn.modelFolder: Invalid value: "/models:ro": must be an absolute path outside /tmp, such as ` +
				`/models, without : and \`,
			`modelferry:services.nlpinsight.backends.finbert.artifacts.model.mount: Invalid value: "C:\\data": must be an absolute ` +
				`path without : and \`,
		}},
	{name: "paths of URLs", set: map[string]any{
		"services.bankchurn.health.path": "/health#ready", "services.chicagotaxi.health.path": "/health check",
		"services.bankchurn.metrics": "/metrics?name=up", "services.nlpinsight.health.path": "/" + letters(1024)},
		want: []string{
			`modelferry:services.bankchurn.health.path: Invalid value: "/health#ready": must be the path of a URL, such as /health`,
			`modelferry:services.bankchurn.metrics: Invalid value: "/metrics?name=up": must be the path of a URL, such as /metrics, ` +
				`or "-" for none`,
			`modelferry:services.chicagotaxi.health.path: Invalid value: "/health check": must be the path of a URL, such as /health`,
			`modelferry:services.nlpinsight.health.path: Too long: may not be more than 1024 bytes`,
		}},
	{name: "variables with a NUL character", set: map[string]any{
		"services.bankchurn.env.A": "a\x00b", "services.nlpinsight.backends.finbert.env.A": "\x00"},
		want: []string{
			`modelferry:services.bankchurn.env.A: Invalid value: "a\x00b": must not contain a NUL character`,
			`modelferry:services.nlpinsight.backends.finbert.env.A: Invalid value: "\x00": must not contain a NUL character`,
		}},
	{name: "object versions on eks", stack: "eks", set: map[string]any{
		"releases.bankchurn.artifacts.model.version": "a b", "releases.nlpinsight.backends.finbert.artifacts.model.version": "<id>"},
		want: []string{
			`modelferry:releases.bankchurn.artifacts.model.version: Invalid value: "a b": must be the version ID of an object (aws ` +
				`s3api list-object-versions)`,
			`modelferry:releases.nlpinsight.backends.finbert.artifacts.model.version: Invalid value: "<id>": must be the version ID ` +
				`of an object (aws s3api list-object-versions)`,
		}},
}
