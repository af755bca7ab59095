package config_test

import "slices"

// endCharsets are the first and last characters of names. Many formats accept hyphens only inside.
var endCharsets = slices.Concat(
	ends(charset{key: "namespace"}, lowerCase, lowerCase),
	ends(charset{key: "owner"}, lowerCase, lowerCase),
	ends(charset{key: "costCentre"}, lowerCase, lowerCase),
	ends(charset{key: "buckets.models"}, lowerCase, lowerCase),
	ends(charset{key: "buckets.datasets"}, lowerCase, lowerCase),
	ends(charset{key: "buckets.accessLogs"}, lowerCase, lowerCase),
	ends(charset{key: "registry.name"}, lowerLetter, lowerCase),
	ends(charset{key: "ingress.host"}, lowerCase, lowerCase),
	ends(charset{key: "ingress.class"}, lowerCase, lowerCase),
	ends(charset{key: "ingress.address"}, lowerLetter, lowerCase),
	ends(charset{stack: "gke", key: "ingress.certificate"}, lowerLetter, lowerCase),
	ends(charset{key: "cluster.create.name"}, lowerLetter, lowerCase),
	ends(charset{stack: "gke", key: "cluster.existing", set: onExisting}, lowerLetter, lowerCase),
	ends(charset{stack: "eks", key: "cluster.existing", set: onExisting}, `[A-Za-z0-9]`, `[A-Za-z0-9_-]`),
	ends(charset{key: "cluster.create.network.existing.network", set: existingNetworks}, lowerLetter, lowerCase),
	ends(charset{key: "cluster.create.network.existing.subnetwork", set: existingNetworks}, lowerLetter, lowerCase),
	ends(charset{key: "cluster.create.network.existing.podRange", set: existingNetworks}, lowerLetter, lowerCase),
	ends(charset{key: "cluster.create.network.existing.serviceRange", set: existingNetworks}, lowerLetter, lowerCase),
	ends(charset{key: "gcp:project"}, lowerLetter, lowerCase),
	ends(charset{key: "gcp:billingProject", set: map[string]any{"gcp:userProjectOverride": true}}, lowerLetter, lowerCase),
	ends(charset{key: "services.NAME.deployment"}, lowerCase, lowerCase),
	ends(charset{key: "services.NAME.service"}, lowerLetter, lowerCase),
	ends(charset{key: "services.NAME.artifacts.NAME.env"}, `[A-Za-z._-]`, `[A-Za-z0-9._-]`),
	ends(charset{key: "services.NAME.backends.NAME.artifacts.NAME.env"}, `[A-Za-z._-]`, `[A-Za-z0-9._-]`),
)

const lowerLetter = `[a-z]`

// ends returns rows for the first and the last character of a name.
func ends(c charset, first, last string) []charset {
	start, end := c, c
	start.value, start.allowed = caret+"our-name", first
	end.value, end.allowed = "our-name"+caret, last
	return []charset{start, end}
}
