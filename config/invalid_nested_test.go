package config_test

import "strings"

// invalidQuantities are cases that set each quantity of each key with requests and limits.
var invalidQuantities = quantityCases("fetcher.resources", "containerDefaults", "quota", "services.bankchurn.resources",
	"services.nlpinsight.backends.finbert.resources")

func quantityCases(keys ...string) []invalidCase {
	var cases []invalidCase
	for _, key := range keys {
		c := invalidCase{name: "invalid quantities in " + key, set: map[string]any{}}
		for _, quantity := range strings.Fields(
			"limits.cpu limits.ephemeralStorage limits.memory requests.cpu requests.ephemeralStorage requests.memory") {
			c.set[key+"."+quantity] = "many"
			c.want = append(c.want, "modelferry:"+key+"."+quantity+
				`: Invalid value: "many": must be a Kubernetes quantity, such as 500m or 512Mi`)
		}
		cases = append(cases, c)
	}
	return cases
}

// invalidNested are cases of keys in backends and other objects whose rules also apply to keys elsewhere.
var invalidNested = []invalidCase{
	{name: "backend's artifact with invalid values", set: map[string]any{
		"services.nlpinsight.backends.finbert.artifacts.model": artifact("finbert/", "bucket", "big", "mount", "data", "env", "A B"),
	}, want: []string{
		`modelferry:services.nlpinsight.backends.finbert.artifacts.model.bucket: Unsupported value: "big": ` +
			`supported values: "models", "datasets"`,
		`modelferry:services.nlpinsight.backends.finbert.artifacts.model.env: Invalid value: "A B": ` +
			`must be the name of an environment variable`,
		`modelferry:services.nlpinsight.backends.finbert.artifacts.model.mount: Invalid value: "data": must be an absolute path ` +
			`without : and \`,
	}},
	{name: "backend's artifact without dest", set: map[string]any{
		"services.nlpinsight.backends.finbert.artifacts.model": map[string]any{},
	}, want: []string{
		`modelferry:services.nlpinsight.backends.finbert.artifacts.model.dest: Required value: ` +
			`must be a path relative to the model folder`,
	}},
	{name: "backend's version with invalid signatures", set: map[string]any{
		"releases.nlpinsight.backends.finbert.artifacts.model.signature": map[string]any{"path": "x", "key": "x"},
		"releases.nlpinsight.backends.finbert.artifacts.dataset": map[string]any{
			"path": "nlpinsight/d.csv", "size": "1MB", "signature": map[string]any{"certificate": "x"}},
	}, want: []string{
		`modelferry:releases.nlpinsight.backends.finbert.artifacts.dataset.signature.certificate: Invalid value: "x": must be one ` +
			`or more certificates in PEM (BEGIN CERTIFICATE)`,
		`modelferry:releases.nlpinsight.backends.finbert.artifacts.dataset.signature.path: Required value: must be the path of an ` +
			`object in the bucket`,
		`modelferry:releases.nlpinsight.backends.finbert.artifacts.model.signature.key: Invalid value: "x": must be a public key ` +
			`in PEM: ECDSA of P-256, P-384 or P-521, or Ed25519 (BEGIN PUBLIC KEY)`,
		`modelferry:releases.nlpinsight.backends.finbert.artifacts.model.signature.path: Invalid value: "x": must begin with ` +
			`nlpinsight/: the service's identity may read nothing else`,
	}},
	{name: "backend's signature without a signer", set: map[string]any{
		"releases.nlpinsight.backends.finbert.artifacts.model.signature": map[string]any{"path": "nlpinsight/m.sig"},
	}, want: []string{
		`modelferry:releases.nlpinsight.backends.finbert.artifacts.model.signature.key: Required value: must be the signer's ` +
			`public key, or set certificate or identity, or modelferry:signatures.key, certificate or identity for all artifacts`,
	}},
	{name: "backend's version without path and size", set: map[string]any{
		"releases.nlpinsight.backends.finbert.artifacts.model": map[string]any{"unpackedSize": "big"},
	}, want: []string{
		`modelferry:releases.nlpinsight.backends.finbert.artifacts.model.path: Required value: ` +
			`must be the path of an object in the bucket`,
		`modelferry:releases.nlpinsight.backends.finbert.artifacts.model.size: Required value: must be the object's size, such ` +
			`as 4.1MB`,
		`modelferry:releases.nlpinsight.backends.finbert.artifacts.model.unpackedSize: Invalid value: "big": ` +
			`must be a size, such as 4.1MB or 8MiB`,
	}},
	{name: "backend's version with an invalid size", set: map[string]any{
		"releases.nlpinsight.backends.finbert.artifacts.model.size": "big",
	}, want: []string{
		`modelferry:releases.nlpinsight.backends.finbert.artifacts.model.size: Invalid value: "big": must be a size, such as ` +
			`4.1MB or 8MiB`,
	}},
	{name: "invalid public subnet", stack: "eks", set: map[string]any{
		"cluster.create.network.existing": merge(existingEKSNetwork, map[string]any{"publicSubnets": []any{"public"}}),
	}, want: []string{
		`modelferry:cluster.create.network.existing.publicSubnets[0]: Invalid value: "public": ` +
			`must be the ID of a subnet, such as subnet-0a1b2c3d`,
	}},
	{name: "system nodes max of zero", set: map[string]any{"cluster.create.system.max": 0}, want: []string{
		`modelferry:cluster.create.system.max: Invalid value: 0: must be at least min, 1`,
	}},
	{name: "negative gpu min", set: map[string]any{"gpu.min": -1}, want: []string{
		`modelferry:gpu.min: Invalid value: -1: must be at least 0`,
	}},
}
