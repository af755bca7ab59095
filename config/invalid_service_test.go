package config_test

// artifact returns an artifact with a dest and further keys, given as pairs of key and value.
func artifact(dest string, keysAndValues ...any) map[string]any {
	a := map[string]any{"dest": dest}
	for k := 0; k < len(keysAndValues); k += 2 {
		a[keysAndValues[k].(string)] = keysAndValues[k+1]
	}
	return a
}

// invalidServices are cases of invalid services.
var invalidServices = []invalidCase{
	{name: "duplicate deployment", set: map[string]any{"services.nlpinsight.deployment": "bankchurn-predictor"},
		want: []string{`modelferry:services.nlpinsight.deployment: Duplicate value: "bankchurn-predictor": already in ` +
			`modelferry:services.bankchurn.deployment: each service needs its own`}},
	{name: "duplicate service", set: map[string]any{"services.nlpinsight.service": "bankchurn-service"},
		want: []string{`modelferry:services.nlpinsight.service: Duplicate value: "bankchurn-service": already in ` +
			`modelferry:services.bankchurn.service: each service needs its own`}},
	{name: "equal prefixes", set: map[string]any{
		"services.bankchurn.prefix": "nlpinsight/", "releases.bankchurn.artifacts.model.path": "nlpinsight/a",
		"releases.bankchurn.artifacts.dataset.path": "nlpinsight/b"},
		want: []string{`modelferry:services.nlpinsight.prefix: Invalid value: "nlpinsight/": must not overlap ` +
			`modelferry:services.bankchurn.prefix (nlpinsight/): each service needs its own`}},
	{name: "prefix in another service's prefix", set: map[string]any{
		"services.bankchurn.prefix": "nlpinsight/old/", "releases.bankchurn.artifacts.model.path": "nlpinsight/old/a",
		"releases.bankchurn.artifacts.dataset.path": "nlpinsight/old/b"},
		want: []string{`modelferry:services.nlpinsight.prefix: Invalid value: "nlpinsight/": must not overlap ` +
			`modelferry:services.bankchurn.prefix (nlpinsight/old/): each service needs its own`}},
	{name: "two prefixes in another service's prefix", set: map[string]any{
		"services.bankchurn.prefix": "ml/", "releases.bankchurn.artifacts.model.path": "ml/a",
		"releases.bankchurn.artifacts.dataset.path": "ml/b",
		"services.chicagotaxi.prefix":               "ml/b/", "releases.chicagotaxi.artifacts.model.path": "ml/b/a",
		"releases.chicagotaxi.artifacts.predictions.path": "ml/b/b",
		"services.nlpinsight.prefix":                      "ml/a/", "releases.nlpinsight.artifacts.model.path": "ml/a/a",
		"releases.nlpinsight.artifacts.dataset.path":                "ml/a/b",
		"releases.nlpinsight.backends.finbert.artifacts.model.path": "ml/a/c.tar.gz"},
		want: []string{
			`modelferry:services.chicagotaxi.prefix: Invalid value: "ml/b/": must not overlap ` +
				`modelferry:services.bankchurn.prefix (ml/): each service needs its own`,
			`modelferry:services.nlpinsight.prefix: Invalid value: "ml/a/": must not overlap ` +
				`modelferry:services.bankchurn.prefix (ml/): each service needs its own`,
		}},
	{name: "prefix of the whole bucket", set: map[string]any{"services.bankchurn.prefix": "/"},
		want: []string{
			`modelferry:releases.bankchurn.artifacts.dataset.path: Invalid value: "bankchurn/v1/Churn.csv": must begin with /: ` +
				`the service's identity may read nothing else`,
			`modelferry:releases.bankchurn.artifacts.model.path: Invalid value: "bankchurn/model.joblib": must begin with /: ` +
				`the service's identity may read nothing else`,
			`modelferry:services.bankchurn.prefix: Invalid value: "/": must have the form FOLDER/, with letters, digits and . _ - / only`,
		}},
	{name: "prefix with a wildcard", set: map[string]any{
		"services.bankchurn.prefix": "bank*/", "releases.bankchurn.artifacts.model.path": "bank*/a",
		"releases.bankchurn.artifacts.dataset.path": "bank*/b"},
		want: []string{`modelferry:services.bankchurn.prefix: Invalid value: "bank*/": must have the form FOLDER/, with ` +
			`letters, digits and . _ - / only`}},
	{name: "prefix without a slash", set: map[string]any{"services.bankchurn.prefix": "bankchurn"},
		want: []string{`modelferry:services.bankchurn.prefix: Invalid value: "bankchurn": must have the form FOLDER/, with ` +
			`letters, digits and . _ - / only`}},
	{name: "invalid deployment name", set: map[string]any{"services.bankchurn.deployment": "Bank Churn"},
		want: []string{`modelferry:services.bankchurn.deployment: Invalid value: "Bank Churn": must be at most 63 lower case ` +
			`letters, digits and hyphens`}},
	{name: "service name begins with a digit", set: map[string]any{"services.bankchurn.service": "1st"},
		want: []string{`modelferry:services.bankchurn.service: Invalid value: "1st": must be a letter, then up to 62 lower case ` +
			`letters, digits and hyphens`}},
	{name: "invalid port", set: map[string]any{"services.bankchurn.port": 0},
		want: []string{`modelferry:services.bankchurn.port: Invalid value: 0: must be between 1 and 65535`}},
	{name: "relative model folder", set: map[string]any{"services.chicagotaxi.modelFolder": "models"},
		want: []string{`modelferry:services.chicagotaxi.modelFolder: Invalid value: "models": must be an absolute path outside ` +
			`/tmp, such as /models, without : and \`}},
	{name: "model folder in /tmp", set: map[string]any{"services.chicagotaxi.modelFolder": "/tmp/models"},
		want: []string{`modelferry:services.chicagotaxi.modelFolder: Invalid value: "/tmp/models": must be an absolute path ` +
			`outside /tmp, such as /models, without : and \`}},
	{name: "invalid health check", set: map[string]any{"services.bankchurn.health.path": "health",
		"services.bankchurn.health.startup": "0s"},
		want: []string{
			`modelferry:services.bankchurn.health.path: Invalid value: "health": must be the path of a URL, such as /health`,
			`modelferry:services.bankchurn.health.startup: Invalid value: "0s": must be more than 0s`,
		}},
	{name: "invalid metrics path", set: map[string]any{"services.bankchurn.metrics": "off"},
		want: []string{`modelferry:services.bankchurn.metrics: Invalid value: "off": must be the path of a URL, such as ` +
			`/metrics, or "-" for none`}},
	{name: "invalid variable names", set: map[string]any{"services.bankchurn.env.9LIVES": "1",
		"services.nlpinsight.backends.tfidf.env.A B": "1"},
		want: []string{
			`modelferry:services.bankchurn.env.9LIVES: Invalid value: "9LIVES": must be the name of an environment variable`,
			`modelferry:services.nlpinsight.backends.tfidf.env.A B: Invalid value: "A B": must be the name of an environment variable`,
		}},
	{name: "invalid quantities", set: map[string]any{"services.bankchurn.resources.requests.cpu": "half",
		"services.bankchurn.resources.limits.memory": "-1Gi"},
		want: []string{
			`modelferry:services.bankchurn.resources.limits.memory: Invalid value: "-1Gi": must be a Kubernetes quantity, such ` +
				`as 500m or 512Mi`,
			`modelferry:services.bankchurn.resources.requests.cpu: Invalid value: "half": must be a Kubernetes quantity, such ` +
				`as 500m or 512Mi`,
		}},
	{name: "invalid ephemeral storage, reported once",
		set: map[string]any{"services.bankchurn.resources.limits.ephemeralStorage": "lots"},
		want: []string{`modelferry:services.bankchurn.resources.limits.ephemeralStorage: Invalid value: "lots": must be a ` +
			`Kubernetes quantity, such as 500m or 512Mi`}},
	{name: "request above the limit", set: map[string]any{"services.bankchurn.resources.requests.memory": "2Gi"},
		want: []string{`modelferry:services.bankchurn.resources.requests.memory: Invalid value: "2Gi": must be at most the ` +
			`limit, 1Gi`}},
	{name: "backend's request above its limit", set: map[string]any{"services.nlpinsight.backends.finbert.resources.requests.cpu": "3"},
		want: []string{`modelferry:services.nlpinsight.backends.finbert.resources.requests.cpu: Invalid value: "3": must be at ` +
			`most the limit, 2`}},
	{name: "more GPUs than a node has", set: map[string]any{"services.bankchurn.gpu": 2,
		"services.nlpinsight.backends.finbert.gpu": -1},
		want: []string{
			`modelferry:services.bankchurn.gpu: Invalid value: 2: must be between 0 and 1`,
			`modelferry:services.nlpinsight.backends.finbert.gpu: Invalid value: -1: must be between 0 and 1`,
		}},
	{name: "min replicas above max", set: map[string]any{"services.bankchurn.autoscaling.min": 4},
		want: []string{`modelferry:services.bankchurn.autoscaling.max: Invalid value: 3: must be at least min, 4`}},
	{name: "explicit zeros are not replaced by defaults", set: map[string]any{"services.bankchurn.autoscaling.min": 0,
		"services.bankchurn.autoscaling.cpu": 0},
		want: []string{
			`modelferry:services.bankchurn.autoscaling.cpu: Invalid value: 0: must be between 1 and 100`,
			`modelferry:services.bankchurn.autoscaling.min: Invalid value: 0: must be at least 1`,
		}},
	{name: "scaleDownWindow too long", set: map[string]any{"services.bankchurn.autoscaling.scaleDownWindow": "24h"},
		want: []string{`modelferry:services.bankchurn.autoscaling.scaleDownWindow: Invalid value: "24h0m0s": must be between 0s ` +
			`and 1h`}},
	{name: "unknown bucket", set: map[string]any{"services.bankchurn.artifacts.model.bucket": "model"},
		want: []string{`modelferry:services.bankchurn.artifacts.model.bucket: Unsupported value: "model": supported values: ` +
			`"models", "datasets"`}},
	{name: "missing dest", set: map[string]any{"services.bankchurn.artifacts.model.dest": nil},
		want: []string{`modelferry:services.bankchurn.artifacts.model.dest: Required value: must be a path relative to the ` +
			`model folder`}},
	{name: "dests outside the model folder", set: map[string]any{
		"services.bankchurn.artifacts.model.dest":                   "../model.joblib",
		"services.bankchurn.artifacts.dataset.dest":                 "/data/raw/Churn.csv",
		"services.chicagotaxi.artifacts.model.dest":                 "a/../../b",
		"services.nlpinsight.backends.finbert.artifacts.model.dest": "..",
	}, want: []string{
		`modelferry:services.bankchurn.artifacts.dataset.dest: Invalid value: "/data/raw/Churn.csv": must be a path relative to ` +
			`the model folder, without ..`,
		`modelferry:services.bankchurn.artifacts.model.dest: Invalid value: "../model.joblib": must be a path relative to the ` +
			`model folder, without ..`,
		`modelferry:services.chicagotaxi.artifacts.model.dest: Invalid value: "a/../../b": must be a path relative to the model ` +
			`folder, without ..`,
		`modelferry:services.nlpinsight.backends.finbert.artifacts.model.dest: Invalid value: "..": must be a path relative to ` +
			`the model folder, without ..`,
	}},
	{name: "dest begins with a dot", set: map[string]any{"services.bankchurn.artifacts.model.dest": ".modelferry.json"},
		want: []string{`modelferry:services.bankchurn.artifacts.model.dest: Invalid value: ".modelferry.json": must not begin ` +
			`with a dot: such names are reserved for the fetcher`}},
	{name: "relative mount", set: map[string]any{"services.bankchurn.artifacts.dataset.mount": "data"},
		want: []string{`modelferry:services.bankchurn.artifacts.dataset.mount: Invalid value: "data": must be an absolute path ` +
			`without : and \`}},
	{name: "mount in the model folder", set: map[string]any{"services.bankchurn.artifacts.dataset.mount": "/models/data"},
		want: []string{`modelferry:services.bankchurn.artifacts.dataset.mount: Invalid value: "/models/data": must not overlap ` +
			`the other mounts, /models and /tmp`}},
	{name: "invalid artifact variable", set: map[string]any{"services.bankchurn.artifacts.model.env": "MODEL PATH"},
		want: []string{`modelferry:services.bankchurn.artifacts.model.env: Invalid value: "MODEL PATH": must be the name of an ` +
			`environment variable`}},
	{name: "no model artifact", set: map[string]any{"services.bankchurn.artifacts.model": nil,
		"releases.bankchurn.artifacts.model": nil},
		want: []string{`modelferry:services.bankchurn.artifacts.model: Required value: must be set: every service has a model`}},
	{name: "conflicting artifacts", set: map[string]any{
		"services.bankchurn.artifacts.dataset":   artifact("model.joblib", "bucket", "datasets", "env", "MODEL_PATH"),
		"services.chicagotaxi.artifacts.model":   artifact("model", "mount", "/data"),
		"services.chicagotaxi.artifacts.outputs": artifact("model/outputs.csv", "mount", "/data"),
		"releases.chicagotaxi.artifacts.outputs": map[string]any{"path": "chicagotaxi/outputs.csv", "size": "1MB"},
	}, want: []string{
		`modelferry:releases.bankchurn.artifacts.model: Duplicate value: "model.joblib": already the destination of artifact "dataset"`,
		`modelferry:releases.bankchurn.artifacts.model: Duplicate value: "MODEL_PATH": already the env of artifact "dataset"`,
		`modelferry:releases.chicagotaxi.artifacts.outputs: Invalid value: "model/outputs.csv": must not overlap the ` +
			`destination of artifact "model", model: a file cannot be a directory`,
		`modelferry:releases.chicagotaxi.artifacts.outputs: Duplicate value: "/data": already the mount of artifact "model"`,
	}},
}
