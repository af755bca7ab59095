package config_test

import (
	"math"
	"slices"
	"strings"
	"time"
)

var bounds = slices.Concat(clusterBounds, stackBounds, workloadBounds, textBounds, listBounds)

var clusterBounds = []bound{
	{key: "cluster.create.nodes.min", lowest: 1, highest: unlimited, set: map[string]any{"cluster.create.nodes.max": 1 << 31}},
	{key: "cluster.create.nodes.max", lowest: 1, highest: unlimited, set: map[string]any{"cluster.create.nodes.min": 1}},
	{key: "cluster.create.nodes.max", lowest: 4, highest: unlimited, set: map[string]any{"cluster.create.nodes.min": 4}},
	{key: "cluster.create.system.min", lowest: 1, highest: unlimited, set: map[string]any{"cluster.create.system.max": 1 << 31}},
	{key: "cluster.create.system.max", lowest: 1, highest: unlimited, set: map[string]any{"cluster.create.system.min": 1}},
	{key: "cluster.create.system.max", lowest: 4, highest: unlimited, set: map[string]any{"cluster.create.system.min": 4}},
	{key: "cluster.create.diskGiB", lowest: 20, highest: unlimited},
	{key: "cluster.create.maintenance.duration", lowest: int64(4 * time.Hour), highest: int64(24 * time.Hour), step: int64(time.Minute)},
	// 48 hours in four weeks.
	{key: "cluster.create.maintenance.duration", lowest: int64(6 * time.Hour), highest: int64(24 * time.Hour), step: int64(time.Minute),
		set: map[string]any{"cluster.create.maintenance.days": []any{"SA", "SU"}}},
	// The shortest and the longest retention time, and the next ones.
	{key: "cluster.create.logDays", lowest: 0, highest: 3653, step: 365},
	{key: "cluster.create.network.cidr", lowest: 16, highest: 20, format: "10.0.0.0/%d"},
	{key: "cluster.create.network.podCIDR", lowest: 9, highest: 20, format: "10.128.0.0/%d"},
	{key: "cluster.create.network.serviceCIDR", lowest: 16, highest: 27, format: "10.128.0.0/%d"},
	{key: "cluster.create.network.controlPlaneCIDR", lowest: 28, highest: 28, format: "10.128.0.0/%d"},
}

var stackBounds = []bound{
	{stack: "gke", key: "buckets.coldAfterDays", lowest: 1, highest: unlimited},
	{stack: "eks", key: "buckets.coldAfterDays", lowest: 30, highest: unlimited},
	{key: "buckets.logDays", lowest: 1, highest: unlimited},
	{key: "buckets.noncurrent.keep", lowest: 1, highest: 100},
	{key: "buckets.noncurrent.days", lowest: 1, highest: unlimited},
	{key: "buckets.softDeleteDays", lowest: 7, highest: 90, orZero: true},
	{key: "registry.untaggedDays", lowest: 0, highest: unlimited},
	{key: "endpoints.storage", lowest: 1, highest: 65535, format: "https://store:%d"},
	{key: "endpoints.identity", lowest: 1, highest: 65535, format: "https://sts:%d"},
	{key: "fetcher.retries", lowest: 0, highest: 20},
	{key: "fetcher.backoff", lowest: 0, highest: unlimited},
	{key: "fetcher.timeout", lowest: 1, highest: unlimited},
	{key: "fetcher.identityWait", lowest: 1, highest: unlimited},
	{key: "fetcher.parallel", lowest: 0, highest: 64},
	{key: "fetcher.partSize", lowest: 64 << 10, highest: 64 << 20, format: "%d"},
	{key: "fetcher.archives.maxEntries", lowest: 0, highest: math.MaxInt32},
	{key: "fetcher.archives.maxRatio", lowest: 0, highest: math.MaxInt32},
	{key: "fetcher.archives.maxSize", lowest: 1, highest: 1 << 50, format: "%dB"},
	{key: "fetcher.archives.maxWindow", lowest: 8 << 20, highest: 2 << 30, format: "%dB"},
	{key: "rollout.deadline", lowest: 1, highest: unlimited},
	{key: "gpu.min", lowest: 0, highest: unlimited, set: map[string]any{"gpu.max": 1 << 31}},
	{key: "gpu.max", lowest: 1, highest: unlimited, set: map[string]any{"gpu.min": 0}},
	{key: "gpu.max", lowest: 4, highest: unlimited, set: map[string]any{"gpu.min": 4}},
	{key: "monitoring.interval", lowest: int64(time.Second), highest: unlimited, step: int64(time.Second)},
	{key: "quota.pods", lowest: 0, highest: unlimited},
}

var workloadBounds = slices.Concat([]bound{
	{key: "services.NAME.port", lowest: 1, highest: 65535},
	{key: "services.NAME.gpu", lowest: 0, highest: 1},
	{key: "services.NAME.backends.NAME.gpu", lowest: 0, highest: 1},
	{
		key:     "services.NAME.autoscaling.min",
		lowest:  1,
		highest: unlimited,
		set:     map[string]any{"services.bankchurn.autoscaling.max": 1 << 31},
	},
	{key: "services.NAME.autoscaling.max", lowest: 1, highest: unlimited, set: map[string]any{"services.bankchurn.autoscaling.min": 1}},
	{key: "services.NAME.autoscaling.max", lowest: 4, highest: unlimited, set: map[string]any{"services.bankchurn.autoscaling.min": 4}},
	{key: "services.NAME.autoscaling.cpu", lowest: 1, highest: 100},
	{key: "services.NAME.autoscaling.scaleDownWindow", lowest: 0, highest: int64(time.Hour)},
	{key: "services.NAME.health.startup", lowest: 1, highest: unlimited},
}, requestBounds("fetcher.resources", "quota", "containerDefaults", "services.NAME.resources", "services.NAME.backends.NAME.resources"),
	sizeBounds("releases.NAME"), sizeBounds("releases.NAME.backends.NAME"))

// requestBounds are the requests of containers: at most the limit.
func requestBounds(parents ...string) []bound {
	var rows []bound
	for _, parent := range parents {
		for _, resource := range []string{"cpu", "memory", "ephemeralStorage"} {
			rows = append(rows, bound{
				key: parent + ".requests." + resource, lowest: 0, highest: 1 << 20, format: "%d",
				set: map[string]any{exampleKey(parent) + ".limits." + resource: "1Mi"},
			})
		}
	}
	return rows
}

// sizeBounds are the sizes of released artifacts in bytes.
func sizeBounds(parent string) []bound {
	return []bound{
		{key: parent + ".artifacts.NAME.size", lowest: 1, highest: 1 << 50, format: "%dB"},
		{key: parent + ".artifacts.NAME.unpackedSize", lowest: 1, highest: 1 << 50, format: "%dB"},
	}
}

// letters returns a text of a length that consists of the letter a.
func letters(length int) string { return strings.Repeat("a", length) }

// sizedText makes the function of a text one of a value.
func sizedText(text func(length int) string) func(length int) any {
	return func(length int) any { return text(length) }
}

// elements returns a function that returns the first elements of a list.
func elements(all ...any) func(length int) any {
	return func(length int) any { return all[:min(length, len(all))] }
}

// objectKey returns a function that returns the path of an object of a length. Its folders have names of one letter,
// because the length of a file name is limited, too.
func objectKey(prefix string) func(length int) any {
	return func(length int) any {
		return (prefix + strings.Repeat("a/", length))[:length-1] + "a"
	}
}

// imageReference returns an image whose repository has a name of a length.
func imageReference(length int) string { return "registry.example/" + letters(length) + ":1" }

// roleARN returns the ARN of a role with a name of a length.
func roleARN(length int) string { return "arn:aws:iam::123456789012:role/" + letters(length) }

// cloudKMSKey returns the full name of a key with a name of a length.
func cloudKMSKey(length int) string {
	return "projects/ours/locations/europe-west1/keyRings/ours/cryptoKeys/" + letters(length)
}

// onExisting are the values with which a stack uses an existing cluster.
var onExisting = map[string]any{"cluster.create": nil}

// textBounds are the lengths of texts.
var textBounds = []bound{
	{key: "namespace", lowest: 1, highest: 63, sized: sizedText(letters)},
	{key: "owner", lowest: 1, highest: 63, sized: sizedText(letters)},
	{key: "costCentre", lowest: 1, highest: 63, sized: sizedText(letters)},
	{key: "cluster.create.name", lowest: 1, highest: 24, sized: sizedText(letters)},
	{stack: "gke", key: "cluster.existing", lowest: 1, highest: 40, sized: sizedText(letters), set: onExisting},
	{stack: "eks", key: "cluster.existing", lowest: 1, highest: 100, sized: sizedText(letters), set: onExisting},
	{key: "cluster.create.network.existing.network", lowest: 1, highest: 63, sized: sizedText(letters), set: existingNetworks},
	{key: "cluster.create.network.existing.subnetwork", lowest: 1, highest: 63, sized: sizedText(letters), set: existingNetworks},
	{key: "cluster.create.network.existing.podRange", lowest: 1, highest: 63, sized: sizedText(letters), set: existingNetworks},
	{key: "cluster.create.network.existing.serviceRange", lowest: 1, highest: 63, sized: sizedText(letters), set: map[string]any{
		"cluster.create.network.existing": map[string]any{"network": "shared", "subnetwork": "ml", "podRange": "pods"}}},
	{stack: "gke", key: "buckets.kmsKey", lowest: 1, highest: 63, sized: sizedText(cloudKMSKey)},
	{stack: "gke", key: "cluster.create.kmsKey", lowest: 1, highest: 63, sized: sizedText(cloudKMSKey)},
	{key: "gcp:project", lowest: 6, highest: 30, sized: sizedText(letters)},
	{key: "gcp:billingProject", lowest: 6, highest: 30, sized: sizedText(letters), set: map[string]any{"gcp:userProjectOverride": true}},
	{key: "aws:assumeRole.roleArn", lowest: 1, highest: 64, sized: sizedText(roleARN)},
	{key: "services.NAME.health.path", lowest: 1, highest: 1024, sized: func(length int) any { return "/" + letters(length-1) }},
	{key: "fetcher.image", lowest: 1, highest: 255, sized: sizedText(imageReference)},
	{key: "releases.NAME.image", lowest: 1, highest: 255, sized: sizedText(imageReference)},
	{key: "cluster.create.autoscaler.image", lowest: 1, highest: 255, sized: sizedText(imageReference)},
	{key: "buckets.models", lowest: 3, highest: 63, sized: sizedText(letters)},
	{key: "buckets.datasets", lowest: 3, highest: 63, sized: sizedText(letters)},
	{key: "buckets.accessLogs", lowest: 3, highest: 63, sized: sizedText(letters)},
	{key: "buckets.kmsAlias", lowest: 1, highest: 250, sized: sizedText(letters)},
	{key: "registry.name", lowest: 1, highest: 63, sized: sizedText(letters)},
	{key: "iam.path", lowest: unlimited, highest: 512, sized: sizedText(func(length int) string {
		return ("/" + letters(length))[:length-1] + "/"
	})},
	{stack: "gke", key: "ingress.certificate", lowest: 1, highest: 63, sized: sizedText(letters)},
	{key: "ingress.address", lowest: 1, highest: 63, sized: sizedText(letters)},
	{key: "ingress.class", lowest: 1, highest: 253, sized: sizedText(letters)},
	{key: "ingress.host", lowest: 1, highest: 253, sized: sizedText(letters)},
	{key: "services.NAME.deployment", lowest: 1, highest: 63, sized: sizedText(letters)},
	{key: "services.NAME.service", lowest: 1, highest: 63, sized: sizedText(letters)},
	// An object's key on both clouds.
	{key: "releases.NAME.artifacts.NAME.path", lowest: unlimited, highest: 1024, sized: objectKey("bankchurn/")},
	// A file name on Linux: dest is a directory, in which the file is named after the object.
	{key: "releases.NAME.artifacts.NAME.path", lowest: 1, highest: 255,
		sized: func(length int) any { return "bankchurn/" + letters(length) },
		set:   map[string]any{"services.bankchurn.artifacts.model.dest": "a/"}},
	{key: "releases.NAME.backends.NAME.artifacts.NAME.path", lowest: unlimited, highest: 1024, sized: objectKey("nlpinsight/")},
	{stack: "gke", key: "releases.NAME.artifacts.NAME.version", lowest: 1, highest: 18, sized: func(length int) any {
		return strings.Repeat("1", length)
	}},
}

// listBounds are the lengths of lists and of objects with user-defined names.
var listBounds = []bound{
	{key: "cluster.create.network.zones", lowest: 2, highest: 3, sized: elements("eu-west-1a", "eu-west-1b", "eu-west-1c", "eu-west-1d")},
	{
		key:     "cluster.create.network.existing.privateSubnets",
		lowest:  2,
		highest: unlimited,
		sized:   elements("subnet-0a", "subnet-0b", "subnet-0c"),
	},
	{key: "cluster.create.maintenance.exclusions", lowest: 1, highest: 20, sized: func(length int) any { return exclusions(length) }},
	{key: "cluster.create.admins", lowest: 1, highest: unlimited,
		sized: elements("arn:aws:iam::123456789012:role/a", "arn:aws:iam::123456789012:role/b")},
}
