package config_test

import "strings"

// invalidReleases are cases of invalid releases.
var invalidReleases = []invalidCase{
	{name: "release of an unknown service", set: map[string]any{"releases.bankchrun": object},
		want: []string{`modelferry:releases.bankchrun: Not found: "bankchrun": must be a service: did you mean "bankchurn"?`}},
	{name: "missing image", set: map[string]any{"releases.bankchurn.image": nil},
		want: []string{`modelferry:releases.bankchurn.image: Required value: must be set`}},
	{name: "image without tag and digest", set: map[string]any{"releases.bankchurn.image": "registry.example/bankchurn"},
		want: []string{`modelferry:releases.bankchurn.image: Invalid value: "registry.example/bankchurn": must have a digest or ` +
			`a tag: add @sha256:… or :TAG`}},
	{name: "invalid image reference", set: map[string]any{"releases.bankchurn.image": "Bank Churn:1"},
		want: []string{`modelferry:releases.bankchurn.image: Invalid value: "Bank Churn:1": must be an image reference: invalid ` +
			`reference format: repository name (library/Bank Churn) must be lowercase`}},
	{name: "missing backend", set: map[string]any{"releases.nlpinsight.backend": nil},
		want: []string{`modelferry:releases.nlpinsight.backend: Required value: must be one of finbert, tfidf`}},
	{name: "unknown backend", set: map[string]any{"releases.nlpinsight.backend": "bert"},
		want: []string{`modelferry:releases.nlpinsight.backend: Unsupported value: "bert": supported values: "finbert", "tfidf"`}},
	{name: "backend of a service without backends", set: map[string]any{"releases.bankchurn.backend": "tfidf"},
		want: []string{`modelferry:releases.bankchurn.backend: Forbidden: the service has no backends: remove it`}},
	{name: "missing artifact version", set: map[string]any{"releases.bankchurn.artifacts.dataset": nil},
		want: []string{`modelferry:releases.bankchurn.artifacts.dataset: Required value: must have the path, sha256 and size of ` +
			`a version`}},
	{name: "versions of an unknown backend", set: map[string]any{"releases.nlpinsight.backends.finbrt.artifacts.model.path": "x"},
		want: []string{`modelferry:releases.nlpinsight.backends.finbrt: Not found: "finbrt": must be a backend of the service: ` +
			`did you mean "finbert"?`}},
	{name: "path of another backend outside the prefix",
		set: map[string]any{"releases.nlpinsight.backends.finbert.artifacts.model.path": "finbert/m.tar.gz"},
		want: []string{`modelferry:releases.nlpinsight.backends.finbert.artifacts.model.path: Invalid value: ` +
			`"finbert/m.tar.gz": must begin with nlpinsight/: the service's identity may read nothing else`}},
	{name: "invalid versions of a backend that does not run", set: map[string]any{
		"releases.nlpinsight.backends.finbert.artifacts.model.sha256": "7",
		"releases.nlpinsight.backends.finbert.artifacts.weights": map[string]any{
			"path": "nlpinsight/w", "size": "1MB"}},
		want: []string{
			`modelferry:releases.nlpinsight.backends.finbert.artifacts.model.sha256: Invalid value: "7": must be 64 hexadecimal ` +
				`digits (sha256sum FILE)`,
			`modelferry:releases.nlpinsight.backends.finbert.artifacts.weights: Not found: "weights": must be an artifact of ` +
				`the service`,
		}},
	{name: "invalid generation of a backend's artifact", stack: "gke", set: map[string]any{
		"releases.nlpinsight.backend": "finbert", "releases.nlpinsight.backends.finbert.artifacts.model.version": "v7"},
		want: []string{`modelferry:releases.nlpinsight.backends.finbert.artifacts.model.version: Invalid value: "v7": must be ` +
			`the generation of an object, a number (gcloud storage ls -a)`}},
	{name: "version of an unknown artifact", set: map[string]any{"releases.bankchurn.artifacts.models": object},
		want: []string{`modelferry:releases.bankchurn.artifacts.models: Not found: "models": must be an artifact of the ` +
			`service: did you mean "model"?`}},
	{name: "missing path", set: map[string]any{"releases.bankchurn.artifacts.model.path": nil},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.path: Required value: must be the path of an object in ` +
			`the bucket`}},
	{name: "empty path", set: map[string]any{"releases.bankchurn.artifacts.model.path": ""},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.path: Required value: must be the path of an object in ` +
			`the bucket`}},
	{name: "absolute path", set: map[string]any{"releases.bankchurn.artifacts.model.path": "/bankchurn/model.joblib"},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.path: Invalid value: "/bankchurn/model.joblib": must be ` +
			`the path of an object, relative to the bucket and without ..`}},
	{name: "path with ..", set: map[string]any{"releases.bankchurn.artifacts.model.path": "bankchurn/../nlpinsight/model.joblib"},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.path: Invalid value: ` +
			`"bankchurn/../nlpinsight/model.joblib": must be the path of an object, relative to the bucket and without ..`}},
	{name: "path of a folder", set: map[string]any{"releases.bankchurn.artifacts.model.path": "bankchurn/"},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.path: Invalid value: "bankchurn/": must be the path of an ` +
			`object, relative to the bucket and without ..`}},
	{name: "path outside the prefix", set: map[string]any{"releases.bankchurn.artifacts.model.path": "nlpinsight/model.joblib"},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.path: Invalid value: "nlpinsight/model.joblib": must ` +
			`begin with bankchurn/: the service's identity may read nothing else`}},
	{name: "path of a similar prefix", set: map[string]any{"releases.bankchurn.artifacts.model.path": "bankchurn-old/model.joblib"},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.path: Invalid value: "bankchurn-old/model.joblib": must ` +
			`begin with bankchurn/: the service's identity may read nothing else`}},
	{name: "path too long", set: map[string]any{"releases.bankchurn.artifacts.model.path": "bankchurn/" + strings.Repeat("k", 1015)},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.path: Too long: may not be more than 1024 bytes`}},
	{name: "path with a control character", set: map[string]any{"releases.bankchurn.artifacts.model.path": "bankchurn/a\tb"},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.path: Invalid value: "bankchurn/a\tb": must be the path ` +
			`of an object, relative to the bucket and without ..`}},
	{name: "file name too long",
		set: map[string]any{"releases.chicagotaxi.artifacts.predictions.path": "chicagotaxi/" + strings.Repeat("k", 256)},
		want: []string{`modelferry:releases.chicagotaxi.artifacts.predictions.path: Too long: a file name may not be more than ` +
			`255 bytes`}},
	{name: "invalid generation", stack: "gke", set: map[string]any{"releases.bankchurn.artifacts.model.version": "v7"},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.version: Invalid value: "v7": must be the generation of ` +
			`an object, a number (gcloud storage ls -a)`}},
	{name: "digest too short", set: map[string]any{"releases.bankchurn.artifacts.model.sha256": zeros[1:]},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.sha256: Invalid value: ` +
			`"000000000000000000000000000000000000000000000000000000000000000": must be 64 hexadecimal digits (sha256sum FILE)`}},
	{name: "digest with algorithm", set: map[string]any{"releases.bankchurn.artifacts.model.sha256": "sha256:" + zeros},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.sha256: Invalid value: ` +
			`"sha256:0000000000000000000000000000000000000000000000000000000000000000": must be 64 hexadecimal digits ` +
			`(sha256sum FILE)`}},
	{name: "digest not hexadecimal", set: map[string]any{"releases.bankchurn.artifacts.model.sha256": "g" + zeros[1:]},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.sha256: Invalid value: ` +
			`"g000000000000000000000000000000000000000000000000000000000000000": must be 64 hexadecimal digits (sha256sum FILE)`}},
	{name: "number for a digest", set: map[string]any{"releases.bankchurn.artifacts.model.sha256": 0},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.sha256: Invalid value: "0": must be 64 hexadecimal digits ` +
			`(sha256sum FILE)`}},
	{name: "missing size", set: map[string]any{"releases.bankchurn.artifacts.model.size": nil},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.size: Required value: must be the object's size, such as 4.1MB`}},
	{name: "size of zero", set: map[string]any{"releases.bankchurn.artifacts.model.size": "0MB"},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.size: Invalid value: "0MB": must be a size, such as 4.1MB ` +
			`or 8MiB`}},
	{name: "size with a decimal comma", set: map[string]any{"releases.bankchurn.artifacts.model.size": "4,1MB"},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.size: Invalid value: "4,1MB": must be a size, such as ` +
			`4.1MB or 8MiB`}},
	{name: "invalid unpackedSize", set: map[string]any{"releases.bankchurn.artifacts.model.unpackedSize": "big"},
		want: []string{`modelferry:releases.bankchurn.artifacts.model.unpackedSize: Invalid value: "big": must be a size, such ` +
			`as 4.1MB or 8MiB`}},
	{name: "artifacts exceed the ephemeral storage limit",
		set: map[string]any{"services.bankchurn.resources.limits.ephemeralStorage": "20Mi"},
		want: []string{`modelferry:releases.bankchurn.artifacts: Invalid value: "21 MiB": must be at most the limit on ` +
			`ephemeral storage, 20Mi: raise resources.limits.ephemeralStorage`}},
	{name: "extracted archive exceeds the backend's limit", set: map[string]any{
		"releases.nlpinsight.backend":                                            "finbert",
		"services.nlpinsight.backends.finbert.resources.limits.ephemeralStorage": "1Gi",
		"services.nlpinsight.resources.limits.ephemeralStorage":                  "1Ti",
	}, want: []string{`modelferry:releases.nlpinsight.artifacts: Invalid value: "1.8 GiB": must be at most the limit on ` +
		`ephemeral storage, 1Gi: raise resources.limits.ephemeralStorage`}},
}
