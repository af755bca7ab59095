package config_test

import (
	"slices"
	"strings"

	"github.com/modelferry/modelferry/config/configtest"
)

// Sets of characters that several keys have.
const (
	none     = `[^\s\S]`
	anything = `.`
	// label are the characters of a DNS label.
	label = `[a-z0-9-]`
	// subdomain are those of a DNS name.
	subdomain = `[a-z0-9.-]`
	// objectKeyChars are those of an object's path: without the backslash, with invisible characters.
	objectKeyChars = `[ -\[\]-~é\x{202E}]`
	// lowerCase are the lower case letters and digits.
	lowerCase = `[a-z0-9]`
	// iamName are those of the name of an IAM role or user. A slash makes what is before it a path.
	iamName = `[A-Za-z0-9_+=,.@/-]`
	// iamPath are those of its path.
	iamPath = `[!-)+->@-~]`
	// textValue are the printable characters.
	textValue = `[ -~é]`
	// filePath are the characters of a path in a container.
	filePath = `[ -9;-\[\]-~é]`
	// urlPath are the characters of a path of a URL.
	urlPath = "[A-Za-z0-9._~!$&'()*+,;=:@/-]"
	// mapName are the characters of the name of an artifact or backend.
	spaces  = `[ \t\n\v\f\r]` // after the text in PEM
	mapName = `[A-Za-z0-9._-]`
	// identity are the characters of an identity of Sigstore, and identityRegexp those that make no other expression
	// of it that is invalid.
	identity       = `[!-~]`
	identityRegexp = `[!-'*-Z\]-~]`
	issuer         = `[A-Za-z0-9._~@:%+/-]`
	jsonSpaces     = `[ \t\r\n]` // after the object
)

var charsets = slices.Concat(platformCharsets, clusterCharsets, workloadCharsets, endCharsets,
	machineTypes("cluster.create.machineType", "cluster.create.system.machineType", "gpu.machineType"),
	quantities("fetcher.resources", "quota", "containerDefaults", "services.NAME.resources", "services.NAME.backends.NAME.resources"))

// platformCharsets are the keys of the stack without the cluster and the services.
var platformCharsets = []charset{
	{key: "cloud", value: "gk‸e", allowed: none},
	{key: "namespace", value: "ml‸ns", allowed: label},
	{key: "owner", value: "ml‸team", allowed: `[a-z0-9_-]`},
	{key: "costCentre", value: "ml‸team", allowed: `[a-z0-9_-]`},
	{stack: "eks", key: "identity", value: "ir‸sa", allowed: none},
	{key: "iam.path", value: "/our‸team/", allowed: `[A-Za-z0-9+=,.@_/-]`},
	{key: "iam.permissionsBoundary", value: "arn:aws:iam::123456789012:policy/our‸policy", allowed: `[A-Za-z0-9+=,.@_/-]`},
	{key: "buckets.models", value: "our‸models", allowed: subdomain},
	{key: "buckets.datasets", value: "our‸datasets", allowed: subdomain},
	{key: "buckets.accessLogs", value: "our‸logs", allowed: subdomain},
	{stack: "gke", key: "buckets.kmsKey", value: "projects/a/locations/europe-west1/keyRings/b/cryptoKeys/c‸d", allowed: `[A-Za-z0-9_-]`},
	{stack: "eks", key: "buckets.kmsKey", value: "arn:aws:kms:eu-west-1:123456789012:key/our‸key", allowed: `[A-Za-z0-9-]`},
	{stack: "gke", key: "buckets.kmsKey", value: "projects/a/locations/europe-west1/keyRings/b‸c/cryptoKeys/d", allowed: `[A-Za-z0-9_-]`},
	{stack: "gke", key: "buckets.kmsKey", value: "projects/a‸b/locations/europe-west1/keyRings/c/cryptoKeys/d", allowed: `[a-z0-9:-]`},
	{stack: "eks", key: "buckets.kmsKey", value: "arn:aws‸:kms:eu-west-1:123456789012:key/our-key", allowed: `[a-z-]`},
	{stack: "eks", key: "buckets.kmsKey", value: "arn:aws:kms:eu-west-1:12345678901‸:key/our-key", allowed: `[0-9]`},
	{key: "buckets.kmsAlias", value: "our‸key", allowed: `[A-Za-z0-9/_-]`},
	{key: "registry.name", value: "our‸images", allowed: label},
	{stack: "gke", key: "registry.readers", value: []any{"group:ml‸team@example.com"}, allowed: `[!-?A-~]`},
	{stack: "gke", key: "registry.readers", value: []any{"group:mlteam@our‸example.com"}, allowed: `[!-?A-~]`},
	{stack: "gke", key: "registry.readers", value: []any{"principalSet://iam.googleapis.com/our‸pool"}, allowed: identity},
	{stack: "eks", key: "registry.readers", value: []any{"arn:aws:iam::123456789012:role/our‸role"}, allowed: iamName},
	{stack: "eks", key: "registry.readers", value: []any{"arn:aws:iam::123456789012:role/our‸path/role"}, allowed: iamPath},
	{key: "endpoints.storage", value: "https://our‸store", allowed: `[A-Za-z0-9./-]`},
	{key: "endpoints.storage", value: "https://store:9‸0", allowed: `[0-9/]`},
	{key: "endpoints.storage", value: "http://[::‸1]", allowed: `[0-9A-Fa-f:.]`},
	{key: "endpoints.storage", value: "https://store/our‸path", allowed: urlPath},
	{key: "endpoints.identity", value: "https://our‸sts", allowed: `[A-Za-z0-9./-]`},
	{key: "signatures.key", value: configtest.PublicKey + caret, allowed: spaces},
	{key: "signatures.certificate", value: configtest.Certificate + caret, allowed: spaces},
	{key: "signatures.identity", value: "our‸models@example.com", allowed: `[!-~]`},
	{key: "signatures.identityRegexp", value: "our‸models", allowed: identityRegexp},
	{key: "signatures.issuer", value: "https://issuer/our‸path", allowed: issuer},
	{key: "signatures.trustedRoot", value: configtest.TrustedRoot + caret, allowed: jsonSpaces},
	{key: "fetcher.image", value: "registry.example/our‸image:1", allowed: `[a-z0-9._/-]`},
	{key: "fetcher.archives.maxSize", value: "1‸2MB", allowed: `[0-9.]`},
	{key: "fetcher.archives.maxWindow", value: "8‸6MiB", allowed: `[.0-9]`},
	{key: "fetcher.partSize", value: "1‸2MiB", allowed: `[.]`},
	{key: "gpu.accelerator", value: "nvidia-our‸gpu", allowed: label},
	{key: "gpu.zones", value: []any{"europe-west1-‸b"}, allowed: lowerCase},
	{key: "networkPolicy.namespaces", value: []any{"our‸pods"}, allowed: label},
	{key: "networkPolicy.sources", value: []any{"10.1‸.0.0/16"}, allowed: `[0-9]`},
	{key: "networkPolicy.egress", value: []any{"10.1‸.0.0/16"}, allowed: `[0-9]`},
	{key: "ingress.host", value: "our‸models.example.com", allowed: subdomain},
	{stack: "gke", key: "ingress.certificate", value: "our‸certificate", allowed: label},
	{stack: "eks", key: "ingress.certificate", value: "arn:aws:acm:eu-west-1:123456789012:certificate/0a‸1b", allowed: `[A-Za-z0-9-]`},
	{key: "ingress.address", value: "our‸address", allowed: label},
	{key: "ingress.class", value: "our‸class", allowed: subdomain},
	{key: "ingress.sources", value: []any{"10.1‸.0.0/16"}, allowed: `[0-9]`},
	{key: "monitoring.labels.NAME", value: map[string]any{"a‸b": "c"}, allowed: `[A-Za-z0-9._/-]`},
	{key: "monitoring.labels", value: map[string]any{"a": "b‸c"}, allowed: `[A-Za-z0-9._-]`},
	{key: "gcp:project", value: "our‸project", allowed: `[a-z0-9:-]`},
	{key: "gcp:project", value: "our‸domain:project", allowed: `[a-z0-9.-]`},
	{key: "gcp:region", value: "europe-our‸west1", allowed: `[a-z-]`},
	{key: "gcp:billingProject", value: "our‸project", allowed: `[a-z0-9:-]`, set: map[string]any{"gcp:userProjectOverride": true}},
	{key: "aws:region", value: "eu-our‸west-1", allowed: `[a-z-]`},
	{key: "aws:profile", value: "a‸b", allowed: textValue},
	{key: "aws:assumeRole.roleArn", value: "arn:aws:iam::123456789012:role/our‸role", allowed: iamName},
	{key: "aws:assumeRole.roleArn", value: "arn:aws:iam::123456789012:role/our‸path/role", allowed: iamPath},
	{key: "aws:allowedAccountIds", value: []any{"12345678901‸"}, allowed: `[0-9]`},
	{key: "aws:forbiddenAccountIds", value: []any{"12345678901‸"}, allowed: `[0-9]`},
}

// existingNetworks has the other keys of an existing network.
var existingNetworks = map[string]any{
	"cluster.create.network.existing": map[string]any{
		"network": "shared", "subnetwork": "ml", "podRange": "pods", "serviceRange": "services",
	},
}

var clusterCharsets = []charset{
	{stack: "gke", key: "cluster.existing", value: "our‸cluster", allowed: label, set: map[string]any{"cluster.create": nil}},
	{stack: "eks", key: "cluster.existing", value: "our‸cluster", allowed: `[A-Za-z0-9_-]`, set: map[string]any{"cluster.create": nil}},
	{key: "cluster.location", value: "europe-west1-‸b", allowed: lowerCase},
	{key: "cluster.location", value: "europe-our‸west1", allowed: `[a-z-]`,
		set: map[string]any{"cluster.create": nil, "cluster.existing": "ours"}},
	{key: "cluster.create.name", value: "our‸cluster", allowed: label},
	{stack: "gke", key: "cluster.create.version", value: "1.3‸4", allowed: `[0-9.]`},
	{stack: "gke", key: "cluster.create.version", value: "1.34.1-gke.1‸2", allowed: `[0-9]`},
	{stack: "eks", key: "cluster.create.version", value: "1.3‸4", allowed: `[0-9]`},
	{key: "cluster.create.releaseChannel", value: "RAP‸ID", allowed: none},
	{key: "cluster.create.upgradePolicy", value: "STAND‸ARD", allowed: none},
	{key: "cluster.create.imageRepositories", value: []any{"projects/a/locations/b/repositories/c‸d"}, allowed: subdomain},
	{key: "cluster.create.autoscaler.image", value: "registry.example/our‸image:1", allowed: `[a-z0-9._/-]`},
	{key: "cluster.create.addons.NAME", value: map[string]any{"core‸dns": object}, allowed: none},
	{key: "cluster.create.addons.NAME.version", value: "v1.2‸.3-eksbuild.1", allowed: `[0-9]`},
	{key: "cluster.create.addons.NAME.values.NAME", value: map[string]any{"a‸b": "c"}, allowed: anything},
	{key: "cluster.create.network.existing.network", value: "our‸network", allowed: label, set: existingNetworks},
	{key: "cluster.create.network.existing.network", value: "projects/a‸b/global/networks/c", allowed: `[a-z0-9:-]`, set: existingNetworks},
	{key: "cluster.create.network.existing.subnetwork", value: "our‸network", allowed: label, set: existingNetworks},
	{key: "cluster.create.network.existing.subnetwork", value: "projects/a/regions/b‸c/subnetworks/d", allowed: label,
		set: existingNetworks},
	{key: "cluster.create.network.existing.podRange", value: "our‸pods", allowed: label, set: existingNetworks},
	{key: "cluster.create.network.existing.serviceRange", value: "our‸services", allowed: label, set: existingNetworks},
	{key: "cluster.create.network.existing.vpc", value: "vpc-0‸a", allowed: `[0-9a-f]`},
	{key: "cluster.create.network.existing.privateSubnets", value: []any{"subnet-0‸a", "subnet-0b"}, allowed: `[0-9a-f]`},
	{key: "cluster.create.network.existing.publicSubnets", value: []any{"subnet-0‸a"}, allowed: `[0-9a-f]`},
	{key: "cluster.create.network.cidr", value: "10.1‸.0.0/16", allowed: `[0-9]`},
	{key: "cluster.create.network.podCIDR", value: "10.1‸.0.0/16", allowed: `[0-9]`},
	{key: "cluster.create.network.serviceCIDR", value: "10.1‸.0.0/16", allowed: `[0-9]`},
	{key: "cluster.create.network.controlPlaneCIDR", value: "10.1‸.0.0/28", allowed: `[0-9]`},
	{key: "cluster.create.network.zones", value: []any{"eu-west-1‸", "eu-west-1a"}, allowed: `[b-z]`},
	{key: "cluster.create.authorizedNetworks", value: []any{"203.1‸.0.0/24"}, allowed: `[0-9]`},
	{key: "cluster.create.privateEndpoint.authorizedNetworks", value: []any{"10.1‸.0.0/16"}, allowed: `[0-9]`},
	{key: "cluster.create.maintenance.start", value: "01:0‸", allowed: `[0-9]`},
	{key: "cluster.create.maintenance.days", value: []any{"M‸O"}, allowed: none},
	{key: "cluster.create.maintenance.exclusions.NAME", allowed: textValue, value: map[string]any{
		"a‸b": map[string]any{"start": "2026-12-18T00:00:00Z", "end": "2026-12-19T00:00:00Z"},
	}},
	{key: "cluster.create.maintenance.exclusions.NAME.start", value: "2026-12-18T00:00:0‸Z", allowed: `[0-9]`},
	{key: "cluster.create.maintenance.exclusions.NAME.end", value: "2026-12-18T00:00:0‸Z", allowed: `[0-9]`},
	{key: "cluster.create.maintenance.exclusions.NAME.scope", value: "NO_‸UPGRADES", allowed: none},
	{key: "cluster.create.admins", value: []any{"arn:aws:iam::123456789012:role/our‸role"}, allowed: iamName},
	{key: "cluster.create.viewers", value: []any{"arn:aws:iam::123456789012:role/our‸role"}, allowed: iamName},
	{key: "cluster.create.admins", value: []any{"arn:aws:iam::123456789012:user/our‸path/user"}, allowed: iamPath},
	{
		stack:   "gke",
		key:     "cluster.create.kmsKey",
		value:   "projects/a/locations/europe-west1/keyRings/b/cryptoKeys/c‸d",
		allowed: `[A-Za-z0-9_-]`,
	},
	{stack: "eks", key: "cluster.create.kmsKey", value: "arn:aws:kms:eu-west-1:123456789012:key/our‸key", allowed: `[A-Za-z0-9-]`},
}

// noReleases removes the releases, which would need what the value replaces.
var noReleases = map[string]any{"releases": nil}

var workloadCharsets = slices.Concat(
	[]charset{
		{key: "services.NAME", value: map[string]any{"our‸model": map[string]any{
			"deployment": "a", "service": "a", "prefix": "a/", "path": "/a",
		}}, allowed: label, set: noReleases},
		{key: "services.NAME.deployment", value: "our‸model", allowed: label},
		{key: "services.NAME.service", value: "our‸model", allowed: label},
		{key: "services.NAME.modelFolder", value: "/our‸models", allowed: filePath},
		{key: "services.NAME.prefix", value: "our‸models/", allowed: `[A-Za-z0-9._/-]`},
		{key: "services.NAME.path", value: "/our‸model", allowed: `[A-Za-z0-9._/~-]`},
		{key: "services.NAME.health.path", value: "/our‸health", allowed: "[?]|" + urlPath},
		{key: "services.NAME.health.path", value: "/health?our‸query", allowed: "[?]|" + urlPath},
		{key: "services.NAME.metrics", value: "/our‸metrics", allowed: urlPath},
		{key: "services.NAME.backends.NAME", value: map[string]any{"our‸backend": object}, allowed: mapName, set: noReleases},
		{key: "releases.NAME", value: map[string]any{"bank‸churn": object}, allowed: none},
		{key: "releases.NAME.image", value: "registry.example/our‸image:1", allowed: `[a-z0-9._/-]`},
		{key: "releases.NAME.backend", value: "a‸b", allowed: none},
		{key: "releases.NAME.delivery", value: "fet‸ch", allowed: none},
		{key: "releases.NAME.backends.NAME", value: map[string]any{"tf‸idf": object}, allowed: none},
	},
	artifactCharsets("services.NAME"), artifactCharsets("services.NAME.backends.NAME"),
	releaseCharsets("releases.NAME", "bankchurn/"), releaseCharsets("releases.NAME.backends.NAME", "nlpinsight/"),
)

// artifactCharsets are the keys that services and backends have.
func artifactCharsets(parent string) []charset {
	artifact := parent + ".artifacts.NAME"
	return []charset{
		{key: parent + ".env.NAME", value: map[string]any{"OUR‸KEY": "a"}, allowed: `[A-Za-z0-9._-]`},
		{key: parent + ".env", value: map[string]any{"OURKEY": "a‸b"}, allowed: `[^\x00]`},
		{key: artifact, value: map[string]any{"our‸file": map[string]any{"dest": "file"}}, allowed: mapName, set: noReleases},
		{key: artifact + ".bucket", value: "mod‸els", allowed: none},
		{key: artifact + ".dest", value: "our‸file", allowed: objectKeyChars},
		{key: artifact + ".mount", value: "/our‸file", allowed: filePath},
		{key: artifact + ".env", value: "OUR‸KEY", allowed: `[A-Za-z0-9._-]`},
	}
}

// releaseCharsets are the keys of released artifacts. prefix is the service's.
func releaseCharsets(parent, prefix string) []charset {
	artifact := parent + ".artifacts.NAME"
	return []charset{
		{key: artifact, value: map[string]any{"mod‸el": map[string]any{"path": prefix + "model", "size": "1MB"}}, allowed: none},
		{key: artifact + ".path", value: prefix + "our‸file", allowed: objectKeyChars},
		{key: artifact + ".sha256", value: strings.Repeat("0", 63) + "‸", allowed: `[0-9a-fA-F]`},
		{key: artifact + ".size", value: "1‸2MB", allowed: `[0-9.]`},
		{key: artifact + ".unpackedSize", value: "1‸2MB", allowed: `[0-9.]`},
		{key: artifact + ".signature.path", value: prefix + "m‸.sig", allowed: objectKeyChars},
		{key: artifact + ".signature.key", value: configtest.PublicKey + caret, allowed: spaces},
		{key: artifact + ".signature.certificate", value: configtest.Certificate + caret, allowed: spaces},
		{key: artifact + ".signature.identity", value: "our‸models@example.com", allowed: identity},
		{key: artifact + ".signature.identityRegexp", value: "our‸models", allowed: identityRegexp},
		{key: artifact + ".signature.issuer", value: "https://issuer/our‸path", allowed: issuer},
		{key: artifact + ".signature.trustedRoot", value: configtest.TrustedRoot + caret, allowed: jsonSpaces},
		{stack: "gke", key: artifact + ".version", value: "1‸2", allowed: `[0-9]`},
		{stack: "gke", key: artifact + ".version", value: "‸2", allowed: `[1-9]`},
		{stack: "eks", key: artifact + ".version", value: "a‸b", allowed: `[A-Za-z0-9._~+/=-]`},
	}
}

// quantities are the keys of Kubernetes quantities below parents. Their values are below the limits and above the
// requests of the repository's stacks.
func quantities(parents ...string) []charset {
	var rows []charset
	for _, parent := range parents {
		for list, value := range map[string]string{"requests": "0‸1m", "limits": "1‸1Gi"} {
			for _, resource := range []string{"cpu", "memory", "ephemeralStorage"} {
				rows = append(rows, charset{key: parent + "." + list + "." + resource, value: value, allowed: `[0-9.]`})
			}
		}
	}
	return rows
}

// machineTypes are the keys of machine types.
func machineTypes(keys ...string) []charset {
	var rows []charset
	for _, key := range keys {
		rows = append(rows, charset{stack: "gke", key: key, value: "e2-our‸type", allowed: label},
			charset{stack: "eks", key: key, value: "our‸type.large", allowed: label},
			charset{stack: "eks", key: key, value: "t3.our‸size", allowed: label})
	}
	return rows
}
