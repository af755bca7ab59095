package config_test

import "fmt"

// exclusions returns n maintenance exclusions.
func exclusions(n int) map[string]any {
	all := map[string]any{}
	for i := range n {
		all[fmt.Sprint("e", i)] = map[string]any{"start": "2026-12-18T00:00:00Z", "end": "2027-01-05T00:00:00Z"}
	}
	return all
}

// invalidStacks are cases of invalid keys of the stack itself: cloud, cluster, buckets, fetcher and others.
var invalidStacks = []invalidCase{
	{name: "missing cloud", set: map[string]any{"cloud": nil},
		want: []string{`modelferry:cloud: Required value: must be set`}},
	{name: "unknown cloud", set: map[string]any{"cloud": "aks"},
		want: []string{`modelferry:cloud: Unsupported value: "aks": supported values: "gke", "eks"`}},
	{name: "invalid namespace", set: map[string]any{"namespace": "ML_Portfolio"},
		want: []string{`modelferry:namespace: Invalid value: "ML_Portfolio": must be at most 63 lower case letters, digits and ` +
			`hyphens`}},
	{name: "empty namespace", set: map[string]any{"namespace": ""},
		want: []string{`modelferry:namespace: Required value: must be set`}},
	{name: "invalid owner and cost centre", set: map[string]any{"owner": "ML Platform", "costCentre": "cc-"},
		want: []string{
			`modelferry:costCentre: Invalid value: "cc-": must be at most 63 lower case letters, digits, _ and -, with a letter ` +
				`or digit at both ends`,
			`modelferry:owner: Invalid value: "ML Platform": must be at most 63 lower case letters, digits, _ and -, with a ` +
				`letter or digit at both ends`,
		}},
	{name: "missing cluster", set: map[string]any{"cluster": nil},
		want: []string{`modelferry:cluster: Required value: must be set`}},
	{name: "cluster neither created nor existing", set: map[string]any{"cluster": object},
		want: []string{`modelferry:cluster: Required value: must have create or existing`}},
	{name: "cluster both created and existing", set: map[string]any{"cluster.existing": "prod"},
		want: []string{`modelferry:cluster: Forbidden: create and existing may not be set together: remove one`}},
	{name: "invalid cluster name", set: map[string]any{"cluster.create.name": "Main_Cluster"},
		want: []string{`modelferry:cluster.create.name: Invalid value: "Main_Cluster": must be a letter, then up to 23 lower ` +
			`case letters, digits and hyphens`}},
	{name: "cluster name too long for the node service account",
		set: map[string]any{"cluster.create.name": "a234567890123456789012345"},
		want: []string{`modelferry:cluster.create.name: Invalid value: "a234567890123456789012345": must be a letter, then up ` +
			`to 23 lower case letters, digits and hyphens`}},
	{name: "unknown upgrade policy", stack: "eks", set: map[string]any{"cluster.create.upgradePolicy": "standard"},
		want: []string{`modelferry:cluster.create.upgradePolicy: Unsupported value: "standard": supported values: ` +
			`"STANDARD", "EXTENDED"`}},
	{name: "invalid kms alias", set: map[string]any{"buckets.kmsAlias": "alias/ours"},
		want: []string{`modelferry:buckets.kmsAlias: Invalid value: "alias/ours": must be up to 250 letters, digits, hyphens, ` +
			`underscores and slashes, and not begin with alias/ or aws/`}},
	{name: "kms alias that AWS reserves", set: map[string]any{"buckets.kmsAlias": "aws/s3"},
		want: []string{`modelferry:buckets.kmsAlias: Invalid value: "aws/s3": must be up to 250 letters, digits, hyphens, ` +
			`underscores and slashes, and not begin with alias/ or aws/`}},
	{name: "invalid add-ons", stack: "eks", set: map[string]any{"cluster.create.addons": map[string]any{
		"aws-ebs-csi-driver": object, "vpc-cni": map[string]any{"version": "1.21.1"}}},
		want: []string{
			`modelferry:cluster.create.addons.aws-ebs-csi-driver: Unsupported value: "aws-ebs-csi-driver": supported values: ` +
				`"vpc-cni", "kube-proxy", "eks-pod-identity-agent", "coredns", "metrics-server", "aws-mountpoint-s3-csi-driver"`,
			`modelferry:cluster.create.addons.vpc-cni.version: Invalid value: "1.21.1": must be the version of an EKS add-on, ` +
				`such as v1.21.1-eksbuild.1 (aws eks describe-addon-versions)`,
		}},
	{name: "add-on values of another type", set: map[string]any{"cluster.create.addons.coredns.values": "{}"},
		want: []string{`modelferry:cluster.create.addons.coredns.values: Invalid value: "{}": must be an object with keys`}},
	{name: "upgrade policy on gke", stack: "gke", set: map[string]any{"cluster.create.upgradePolicy": "STANDARD"},
		want: []string{`modelferry:cluster.create.upgradePolicy: Forbidden: only supported on eks, and this stack is on gke: remove it`}},
	{name: "unknown release channel", stack: "gke", set: map[string]any{"cluster.create.releaseChannel": "stable"},
		want: []string{`modelferry:cluster.create.releaseChannel: Unsupported value: "stable": supported values: "RAPID", ` +
			`"REGULAR", "STABLE"`}},
	{
		name:  "release channel that the pinned provider refuses",
		stack: "gke",
		set:   map[string]any{"cluster.create.releaseChannel": "EXTENDED"},
		want: []string{`modelferry:cluster.create.releaseChannel: Unsupported value: "EXTENDED": supported values: "RAPID", ` +
			`"REGULAR", "STABLE"`},
	},
	{name: "invalid maintenance window", stack: "gke", set: map[string]any{"cluster.create.maintenance": map[string]any{
		"start": "24:00", "duration": "3h59m", "days": []any{"SA", "Sunday", "SA"}}},
		want: []string{
			`modelferry:cluster.create.maintenance.days[1]: Unsupported value: "Sunday": supported values: "MO", "TU", "WE", ` +
				`"TH", "FR", "SA", "SU"`,
			`modelferry:cluster.create.maintenance.days[2]: Duplicate value: "SA"`,
			`modelferry:cluster.create.maintenance.duration: Invalid value: "3h59m0s": must be between 4h and 24h`,
			`modelferry:cluster.create.maintenance.start: Invalid value: "24:00": must be a time of day in UTC, such as "01:00"`,
		}},
	{name: "too little maintenance", stack: "gke", set: map[string]any{"cluster.create.maintenance": map[string]any{
		"duration": "5h59m", "days": []any{"SA", "SU"}}},
		want: []string{`modelferry:cluster.create.maintenance.duration: Invalid value: "5h59m0s": must be at least 6h0m0s with 2 ` +
			`days a week: the windows of four weeks need 48h`}},
	{name: "maintenance of half a minute", stack: "gke", set: map[string]any{"cluster.create.maintenance.duration": "4h0m30s"},
		want: []string{`modelferry:cluster.create.maintenance.duration: Invalid value: "4h0m30s": must be whole minutes`}},
	{name: "invalid maintenance exclusions", stack: "gke", set: map[string]any{"cluster.create.maintenance.exclusions": map[string]any{
		"a": map[string]any{"start": "2026-12-18", "end": "2026-12-19T00:00:00Z", "scope": "ALL"},
		"b": map[string]any{"start": "2026-12-18T00:00:00Z", "end": "2026-12-18T00:00:00Z"},
		"c": map[string]any{"start": ""}}},
		want: []string{
			`modelferry:cluster.create.maintenance.exclusions.a.scope: Unsupported value: "ALL": supported values: "NO_UPGRADES", ` +
				`"NO_MINOR_UPGRADES", "NO_MINOR_OR_NODE_UPGRADES"`,
			`modelferry:cluster.create.maintenance.exclusions.a.start: Invalid value: "2026-12-18": must be a time such as ` +
				`2026-12-18T00:00:00Z`,
			`modelferry:cluster.create.maintenance.exclusions.b.end: Invalid value: "2026-12-18T00:00:00Z": must be after start, ` +
				`2026-12-18T00:00:00Z`,
			`modelferry:cluster.create.maintenance.exclusions.c.end: Required value: must be set`,
			`modelferry:cluster.create.maintenance.exclusions.c.start: Required value: must be set`,
		}},
	{
		name:  "more than 20 maintenance exclusions",
		stack: "gke",
		set:   map[string]any{"cluster.create.maintenance.exclusions": exclusions(21)},
		want:  []string{`modelferry:cluster.create.maintenance.exclusions: Too many: 21: must have at most 20 items`},
	},
	{name: "maintenance on eks", stack: "eks", set: map[string]any{"cluster.create.maintenance.start": "01:00"},
		want: []string{`modelferry:cluster.create.maintenance: Forbidden: only supported on gke, and this stack is on eks: remove it`}},
	{name: "release channel on eks", stack: "eks", set: map[string]any{"cluster.create.releaseChannel": "STABLE"},
		want: []string{`modelferry:cluster.create.releaseChannel: Forbidden: only supported on gke, and this stack is on eks: ` +
			`remove it`}},
	{name: "missing machine type", set: map[string]any{"cluster.create.machineType": nil},
		want: []string{`modelferry:cluster.create.machineType: Required value: must be set`}},
	{name: "min nodes above max", set: map[string]any{"cluster.create.nodes.min": 6},
		want: []string{`modelferry:cluster.create.nodes.max: Invalid value: 5: must be at least min, 6`}},
	{name: "explicit zero nodes", set: map[string]any{"cluster.create.nodes.min": 0},
		want: []string{`modelferry:cluster.create.nodes.min: Invalid value: 0: must be at least 1`}},
	{name: "invalid admin and kms key", stack: "eks", set: map[string]any{
		"cluster.create.admins": []any{"arn:aws:iam::123456789012:role/ops", "ops"}, "cluster.create.kmsKey": "alias/secrets"},
		want: []string{
			`modelferry:cluster.create.admins[1]: Invalid value: "ops": must be the ARN of a user or role: ` +
				`arn:aws:iam::ACCOUNT:role/NAME`,
			`modelferry:cluster.create.kmsKey: Invalid value: "alias/secrets": must be the ARN of a KMS key: ` +
				`arn:aws:kms:REGION:ACCOUNT:key/ID`,
		}},
	{name: "invalid registry name", set: map[string]any{"registry.name": "My/Images"},
		want: []string{`modelferry:registry.name: Invalid value: "My/Images": must be a letter, then up to 62 lower case ` +
			`letters, digits and hyphens`}},
	{name: "negative untaggedDays", set: map[string]any{"registry.untaggedDays": -1},
		want: []string{`modelferry:registry.untaggedDays: Invalid value: -1: must be at least 0`}},
	{name: "no system node", set: map[string]any{"cluster.create.system.min": 0},
		want: []string{`modelferry:cluster.create.system.min: Invalid value: 0: must be at least 1`}},
	{name: "gpu max of zero", set: map[string]any{"gpu.max": 0},
		want: []string{`modelferry:gpu.max: Invalid value: 0: must be at least 1`}},
	{name: "gpu zones of another region", stack: "gke", set: map[string]any{"gpu.zones": []any{"europe-west1-b", "europe-west4-a"}},
		want: []string{`modelferry:gpu.zones[1]: Invalid value: "europe-west4-a": must be a zone of europe-west1, such as ` +
			`europe-west1-b`}},
	{name: "gpu zones on eks", stack: "eks", set: map[string]any{"gpu.zones": []any{"eu-west-1a"}},
		want: []string{`modelferry:gpu.zones: Forbidden: only supported on gke, and this stack is on eks: remove it`}},
	{name: "gpu accelerator on eks", stack: "eks", set: map[string]any{"gpu.accelerator": "nvidia-tesla-t4"},
		want: []string{`modelferry:gpu.accelerator: Forbidden: only supported on gke, and this stack is on eks: remove it`}},
	{name: "disk too small", set: map[string]any{"cluster.create.diskGiB": 10},
		want: []string{`modelferry:cluster.create.diskGiB: Invalid value: 10: must be at least 20`}},
	{name: "patch version on eks", stack: "eks", set: map[string]any{"cluster.create.version": "1.34.1"},
		want: []string{`modelferry:cluster.create.version: Invalid value: "1.34.1": must be a Kubernetes minor version, such as 1.34`}},
	{name: "cluster autoscaler on gke", stack: "gke", set: map[string]any{"cluster.create.autoscaler.enabled": false},
		want: []string{`modelferry:cluster.create.autoscaler: Forbidden: only supported on eks, and this stack is on gke: remove it`}},
	{name: "cluster autoscaler image without tag", stack: "eks",
		set: map[string]any{"cluster.create.autoscaler.image": "cluster-autoscaler"},
		want: []string{`modelferry:cluster.create.autoscaler.image: Invalid value: "cluster-autoscaler": must have a digest or ` +
			`a tag: add @sha256:… or :TAG`}},
	{name: "coldAfterDays too low for S3", stack: "eks", set: map[string]any{"buckets.coldAfterDays": 29},
		want: []string{`modelferry:buckets.coldAfterDays: Invalid value: 29: must be at least 30: S3 does not move younger ` +
			`objects to STANDARD_IA`}},
	{name: "invalid network policy namespaces", set: map[string]any{"networkPolicy.namespaces": []any{"Monitoring", ""}},
		want: []string{
			`modelferry:networkPolicy.namespaces[0]: Invalid value: "Monitoring": must be at most 63 lower case letters, digits ` +
				`and hyphens`,
			`modelferry:networkPolicy.namespaces[1]: Required value: must be set`,
		}},
	{name: "network too small", set: map[string]any{"cluster.create.network.cidr": "10.0.0.0/24"},
		want: []string{`modelferry:cluster.create.network.cidr: Invalid value: "10.0.0.0/24": must be an IPv4 range of /16 to ` +
			`/20, such as 10.0.0.0/16`}},
	{name: "network with host bits", set: map[string]any{"cluster.create.network.cidr": "10.0.0.1/16"},
		want: []string{`modelferry:cluster.create.network.cidr: Invalid value: "10.0.0.1/16": must be an IPv4 range of /16 to ` +
			`/20, such as 10.0.0.0/16`}},
	{name: "IPv6 network", set: map[string]any{"cluster.create.network.cidr": "fd00::/16"},
		want: []string{`modelferry:cluster.create.network.cidr: Invalid value: "fd00::/16": must be an IPv4 range of /16 to ` +
			`/20, such as 10.0.0.0/16`}},
	{name: "API server open to everyone",
		set: map[string]any{"cluster.create.authorizedNetworks": []any{"0.0.0.0/0", "203.0.113.0/24", "::/0", "203.0.113.7"}},
		want: []string{
			`modelferry:cluster.create.authorizedNetworks[0]: Forbidden: 0.0.0.0/0 opens the API server to everyone: set ` +
				`narrower ranges`,
			`modelferry:cluster.create.authorizedNetworks[2]: Forbidden: ::/0 opens the API server to everyone: set narrower ranges`,
			`modelferry:cluster.create.authorizedNetworks[3]: Invalid value: "203.0.113.7": must be an address range in CIDR ` +
				`notation, such as 10.0.0.0/16`,
		}},
	{name: "coldAfterDays of zero", set: map[string]any{"buckets.coldAfterDays": 0},
		want: []string{`modelferry:buckets.coldAfterDays: Invalid value: 0: must be at least 1`}},
	{name: "invalid bucket retention", set: map[string]any{
		"buckets.noncurrent.keep": 0, "buckets.noncurrent.days": 0, "buckets.softDeleteDays": 3, "buckets.logDays": 0},
		want: []string{
			`modelferry:buckets.logDays: Invalid value: 0: must be at least 1`,
			`modelferry:buckets.noncurrent.days: Invalid value: 0: must be at least 1`,
			`modelferry:buckets.noncurrent.keep: Invalid value: 0: must be between 1 and 100`,
			`modelferry:buckets.softDeleteDays: Invalid value: 3: must be 0, or between 7 and 90`,
		}},
	{name: "AWS kms key on gke", stack: "gke", set: map[string]any{"buckets.kmsKey": "arn:aws:kms:eu-west-1:123456789012:key/1"},
		want: []string{`modelferry:buckets.kmsKey: Invalid value: "arn:aws:kms:eu-west-1:123456789012:key/1": must be a Cloud ` +
			`KMS key: projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/NAME`}},
	{name: "kms key alias on eks", stack: "eks", set: map[string]any{"buckets.kmsKey": "alias/models"},
		want: []string{`modelferry:buckets.kmsKey: Invalid value: "alias/models": must be the ARN of a KMS key: ` +
			`arn:aws:kms:REGION:ACCOUNT:key/ID`}},
	{name: "global and multi-region kms keys on gke", stack: "gke", set: map[string]any{
		"buckets.kmsKey":        "projects/keys/locations/europe/keyRings/ml/cryptoKeys/buckets",
		"cluster.create.kmsKey": "projects/keys/locations/global/keyRings/ml/cryptoKeys/secrets"},
		want: []string{
			`modelferry:buckets.kmsKey: Invalid value: "projects/keys/locations/europe/keyRings/ml/cryptoKeys/buckets": must be a ` +
				`key in europe-west1, the region of the buckets`,
			`modelferry:cluster.create.kmsKey: Invalid value: "projects/keys/locations/global/keyRings/ml/cryptoKeys/secrets": must ` +
				`be a key in europe-west1, the region of the cluster`,
		}},
	{name: "kms keys in another region on eks", stack: "eks", set: map[string]any{
		"buckets.kmsKey":        "arn:aws:kms:us-east-1:123456789012:key/ours",
		"cluster.create.kmsKey": "arn:aws:kms:eu-west-2:123456789012:key/mrk-1"},
		want: []string{
			`modelferry:buckets.kmsKey: Invalid value: "arn:aws:kms:us-east-1:123456789012:key/ours": must be a key in eu-west-1, ` +
				`the region of the buckets`,
			`modelferry:cluster.create.kmsKey: Invalid value: "arn:aws:kms:eu-west-2:123456789012:key/mrk-1": must be a key in ` +
				`eu-west-1, the region of the cluster`,
		}},
	{name: "access logs in the models bucket", set: map[string]any{"buckets.models": "shared", "buckets.accessLogs": "shared"},
		want: []string{`modelferry:buckets.accessLogs: Duplicate value: "shared": must differ from ` +
			`modelferry:buckets.models`}},
	{name: "equal bucket names", set: map[string]any{"buckets.models": "shared", "buckets.datasets": "shared"},
		want: []string{`modelferry:buckets.datasets: Duplicate value: "shared": must differ from ` +
			`modelferry:buckets.models`}},
	{name: "invalid bucket name", set: map[string]any{"buckets.models": "My_Models"},
		want: []string{`modelferry:buckets.models: Invalid value: "My_Models": must be 3 to 63 lower case letters, digits, ` +
			`hyphens and dots`}},
	{name: "identity endpoint on gke", stack: "gke", set: map[string]any{"endpoints.identity": "https://sts.internal"},
		want: []string{`modelferry:endpoints.identity: Forbidden: only supported on eks, and this stack is on gke: remove it`}},
	{name: "invalid name of the datasets bucket", set: map[string]any{"buckets.datasets": "My_Data"},
		want: []string{`modelferry:buckets.datasets: Invalid value: "My_Data": must be 3 to 63 lower case letters, digits, ` +
			`hyphens and dots`}},
	{name: "kms key of the cluster on gke", stack: "gke", set: map[string]any{"cluster.create.kmsKey": "alias/secrets"},
		want: []string{`modelferry:cluster.create.kmsKey: Invalid value: "alias/secrets": must be a Cloud KMS key: ` +
			`projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/NAME`}},
	{name: "location on eks", stack: "eks", set: map[string]any{"cluster.location": "eu-west-1"},
		want: []string{`modelferry:cluster.location: Forbidden: only supported on gke, and this stack is on eks: remove it`}},
	{name: "missing fetcher", set: map[string]any{"fetcher": nil},
		want: []string{`modelferry:fetcher: Required value: must be set`}},
	{name: "missing fetcher image", set: map[string]any{"fetcher": map[string]any{"retries": 1}},
		want: []string{`modelferry:fetcher.image: Required value: must be set`}},
	{name: "fetcher values too low",
		set: map[string]any{"fetcher.retries": -1, "fetcher.backoff": "-1s", "fetcher.timeout": "0s",
			"fetcher.identityWait": "0s", "fetcher.parallel": -2, "fetcher.partSize": "8 potatoes"},
		want: []string{
			`modelferry:fetcher.backoff: Invalid value: "-1s": must not be negative`,
			`modelferry:fetcher.identityWait: Invalid value: "0s": must be more than 0s`,
			`modelferry:fetcher.parallel: Invalid value: -2: must be between 0 and 64`,
			`modelferry:fetcher.partSize: Invalid value: "8 potatoes": must be a size, such as 4.1MB or 8MiB`,
			`modelferry:fetcher.retries: Invalid value: -1: must be between 0 and 20`,
			`modelferry:fetcher.timeout: Invalid value: "0s": must be more than 0s`,
		}},
	{name: "fetcher values too high",
		set: map[string]any{"fetcher.retries": 21, "fetcher.parallel": 65, "fetcher.partSize": "64.1MiB"},
		want: []string{
			`modelferry:fetcher.parallel: Invalid value: 65: must be between 0 and 64`,
			`modelferry:fetcher.partSize: Invalid value: "64.1MiB": must be between 64KiB and 64MiB`,
			`modelferry:fetcher.retries: Invalid value: 21: must be between 0 and 20`,
		}},
	{name: "limits of archives", set: map[string]any{"fetcher.archives.maxEntries": -1, "fetcher.archives.maxSize": "much",
		"fetcher.archives.maxRatio": -1, "fetcher.archives.maxWindow": "7MiB"},
		want: []string{
			`modelferry:fetcher.archives.maxEntries: Invalid value: -1: must be between 0 and 2147483647`,
			`modelferry:fetcher.archives.maxRatio: Invalid value: -1: must be between 0 and 2147483647`,
			`modelferry:fetcher.archives.maxSize: Invalid value: "much": must be a size, such as 4.1MB or 8MiB`,
			`modelferry:fetcher.archives.maxWindow: Invalid value: "7MiB": must be between 8MiB and 2GiB`,
		}},
	{name: "partSize too low", set: map[string]any{"fetcher.partSize": "64kB"},
		want: []string{`modelferry:fetcher.partSize: Invalid value: "64kB": must be between 64KiB and 64MiB`}},
	{name: "fetcher request above the limit", set: map[string]any{"fetcher.resources.requests.cpu": "2"},
		want: []string{`modelferry:fetcher.resources.requests.cpu: Invalid value: "2": must be at most the limit, 1`}},
	{name: "rollout deadline of zero", set: map[string]any{"rollout.deadline": "0s"},
		want: []string{`modelferry:rollout.deadline: Invalid value: "0s": must be more than 0s`}},
	{name: "identity, admission policy and admins on gke", stack: "gke", set: map[string]any{
		"identity": "irsa", "cluster.create.admins": []any{"arn:aws:iam::123456789012:role/ops"}, "admissionPolicy.enabled": false},
		want: []string{
			`modelferry:admissionPolicy: Forbidden: only supported on eks, and this stack is on gke: remove it`,
			`modelferry:cluster.create.admins: Forbidden: only supported on eks, and this stack is on gke: remove it`,
			`modelferry:identity: Forbidden: only supported on eks, and this stack is on gke: remove it`,
		}},
	{name: "unknown identity", stack: "eks", set: map[string]any{"identity": "kiam"},
		want: []string{`modelferry:identity: Unsupported value: "kiam": supported values: "irsa", "podIdentity"`}},
	{name: "no admins", stack: "eks", set: map[string]any{"cluster.create.admins": nil},
		want: []string{`modelferry:cluster.create.admins: Required value: must list the role or user that runs pulumi: only ` +
			`listed administrators have access`}},
	{name: "duplicate admin, and a session", stack: "eks", set: map[string]any{"cluster.create.admins": []any{
		"arn:aws:iam::123456789012:role/ops", "arn:aws:iam::123456789012:role/ops", "arn:aws:sts::123456789012:assumed-role/ci/run-7"}},
		want: []string{
			`modelferry:cluster.create.admins[1]: Duplicate value: "arn:aws:iam::123456789012:role/ops"`,
			`modelferry:cluster.create.admins[2]: Invalid value: "arn:aws:sts::123456789012:assumed-role/ci/run-7": must be the ` +
				`ARN of a role, not of its session (aws iam get-role --role-name ci --query Role.Arn)`,
		}},
}
