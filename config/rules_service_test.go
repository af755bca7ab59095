package config_test

// artifact is a catalogue's entry for a dest, with what else is said of it.
func artifact(dest string, more ...any) map[string]any {
	a := map[string]any{"dest": dest}
	for k := 0; k < len(more); k += 2 {
		a[more[k].(string)] = more[k+1]
	}
	return a
}

// serviceRules are about the catalogue.
var serviceRules = []rule{
	{name: "two services with one Deployment", set: map[string]any{"services.nlpinsight.deployment": "bankchurn-predictor"},
		want: []string{`modelferry:services.nlpinsight.deployment: Deployment "bankchurn-predictor" is services.bankchurn's already: give each service its own`}},
	{name: "two services with one Service", set: map[string]any{"services.nlpinsight.service": "bankchurn-service"},
		want: []string{`modelferry:services.nlpinsight.service: Service "bankchurn-service" is services.bankchurn's already: give each service its own`}},
	{name: "two services with one prefix", set: map[string]any{
		"services.bankchurn.prefix": "nlpinsight/", "releases.bankchurn.artifacts.model.path": "nlpinsight/a", "releases.bankchurn.artifacts.dataset.path": "nlpinsight/b"},
		want: []string{`modelferry:services.nlpinsight.prefix: "nlpinsight/" and services.bankchurn's "nlpinsight/" overlap: give each service its own`}},
	{name: "a prefix inside another service's", set: map[string]any{
		"services.bankchurn.prefix": "nlpinsight/old/", "releases.bankchurn.artifacts.model.path": "nlpinsight/old/a", "releases.bankchurn.artifacts.dataset.path": "nlpinsight/old/b"},
		want: []string{`modelferry:services.nlpinsight.prefix: "nlpinsight/" and services.bankchurn's "nlpinsight/old/" overlap: give each service its own`}},
	{name: "two prefixes inside another service's", set: map[string]any{
		"services.bankchurn.prefix": "ml/", "releases.bankchurn.artifacts.model.path": "ml/a", "releases.bankchurn.artifacts.dataset.path": "ml/b",
		"services.chicagotaxi.prefix": "ml/b/", "releases.chicagotaxi.artifacts.model.path": "ml/b/a", "releases.chicagotaxi.artifacts.predictions.path": "ml/b/b",
		"services.nlpinsight.prefix": "ml/a/", "releases.nlpinsight.artifacts.model.path": "ml/a/a", "releases.nlpinsight.artifacts.dataset.path": "ml/a/b",
		"releases.nlpinsight.backends.finbert.artifacts.model.path": "ml/a/c.tar.gz"},
		want: []string{
			`modelferry:services.chicagotaxi.prefix: "ml/b/" and services.bankchurn's "ml/" overlap: give each service its own`,
			`modelferry:services.nlpinsight.prefix: "ml/a/" and services.bankchurn's "ml/" overlap: give each service its own`,
		}},
	{name: "prefix is the whole bucket", set: map[string]any{"services.bankchurn.prefix": "/"},
		want: []string{
			`modelferry:releases.bankchurn.artifacts.dataset.path: "bankchurn/v1/Churn.csv" is outside /, all that the service's identity may read`,
			`modelferry:releases.bankchurn.artifacts.model.path: "bankchurn/model.joblib" is outside /, all that the service's identity may read`,
			`modelferry:services.bankchurn.prefix: "/" is no prefix of a bucket: write FOLDER/, in letters, digits and . _ -`,
		}},
	{name: "prefix with a wildcard", set: map[string]any{
		"services.bankchurn.prefix": "bank*/", "releases.bankchurn.artifacts.model.path": "bank*/a", "releases.bankchurn.artifacts.dataset.path": "bank*/b"},
		want: []string{`modelferry:services.bankchurn.prefix: "bank*/" is no prefix of a bucket: write FOLDER/, in letters, digits and . _ -`}},
	{name: "prefix without its end", set: map[string]any{"services.bankchurn.prefix": "bankchurn"},
		want: []string{`modelferry:services.bankchurn.prefix: "bankchurn" is no prefix of a bucket: write FOLDER/, in letters, digits and . _ -`}},
	{name: "Deployment's name is none", set: map[string]any{"services.bankchurn.deployment": "Bank Churn"},
		want: []string{`modelferry:services.bankchurn.deployment: "Bank Churn" is no Kubernetes name: write up to 63 small letters, digits and hyphens`}},
	{name: "Service's name begins with a digit", set: map[string]any{"services.bankchurn.service": "1st"},
		want: []string{`modelferry:services.bankchurn.service: "1st" is no Service's name: write a letter, then up to 62 small letters, digits and hyphens`}},
	{name: "port is none", set: map[string]any{"services.bankchurn.port": 0},
		want: []string{`modelferry:services.bankchurn.port: has to be 1 to 65535, not 0`}},
	{name: "model folder is relative", set: map[string]any{"services.chicagotaxi.modelFolder": "models"},
		want: []string{`modelferry:services.chicagotaxi.modelFolder: "models" is no folder of the pod: write an absolute path such as /models`}},
	{name: "model folder is the server's /tmp", set: map[string]any{"services.chicagotaxi.modelFolder": "/tmp/models"},
		want: []string{`modelferry:services.chicagotaxi.modelFolder: "/tmp/models" is no folder of the pod: write an absolute path such as /models`}},
	{name: "health check does not fit", set: map[string]any{"services.bankchurn.health.path": "health", "services.bankchurn.health.startup": "0s"},
		want: []string{
			`modelferry:services.bankchurn.health.path: "health" has to begin with /`,
			`modelferry:services.bankchurn.health.startup: has to be more than 0s, not 0s`,
		}},
	{name: "metrics' path is none", set: map[string]any{"services.bankchurn.metrics": "off"},
		want: []string{`modelferry:services.bankchurn.metrics: "off" has to begin with /, or be "-"`}},
	{name: "variables' names are none", set: map[string]any{"services.bankchurn.env.9LIVES": "1", "services.nlpinsight.backends.tfidf.env.A B": "1"},
		want: []string{
			`modelferry:services.bankchurn.env.9LIVES: "9LIVES" is no name of a variable`,
			`modelferry:services.nlpinsight.backends.tfidf.env.A B: "A B" is no name of a variable`,
		}},
	{name: "quantities are none", set: map[string]any{"services.bankchurn.resources.requests.cpu": "half", "services.bankchurn.resources.limits.memory": "-1Gi"},
		want: []string{
			`modelferry:services.bankchurn.resources.limits.memory: "-1Gi" is no Kubernetes quantity, such as 500m or 512Mi`,
			`modelferry:services.bankchurn.resources.requests.cpu: "half" is no Kubernetes quantity, such as 500m or 512Mi`,
		}},
	{name: "ephemeral storage is none, said once", set: map[string]any{"services.bankchurn.resources.limits.ephemeralStorage": "lots"},
		want: []string{`modelferry:services.bankchurn.resources.limits.ephemeralStorage: "lots" is no Kubernetes quantity, such as 500m or 512Mi`}},
	{name: "request above the limit", set: map[string]any{"services.bankchurn.resources.requests.memory": "2Gi"},
		want: []string{`modelferry:services.bankchurn.resources.requests.memory: 2Gi is more than the limit of 1Gi`}},
	{name: "a backend's request above its limit", set: map[string]any{"services.nlpinsight.backends.finbert.resources.requests.cpu": "3"},
		want: []string{`modelferry:services.nlpinsight.backends.finbert.resources.requests.cpu: 3 is more than the limit of 2`}},
	{name: "more GPUs than a node has", set: map[string]any{"services.bankchurn.gpu": 2, "services.nlpinsight.backends.finbert.gpu": -1},
		want: []string{
			`modelferry:services.bankchurn.gpu: has to be 0 or 1, as many as a node has, not 2`,
			`modelferry:services.nlpinsight.backends.finbert.gpu: has to be 0 or 1, as many as a node has, not -1`,
		}},
	{name: "more replicas at least than at most", set: map[string]any{"services.bankchurn.autoscaling.min": 4},
		want: []string{`modelferry:services.bankchurn.autoscaling: min 4 and max 3 do not fit: 1 <= min <= max`}},
	{name: "autoscaling's zeros are not taken for defaults", set: map[string]any{"services.bankchurn.autoscaling.min": 0, "services.bankchurn.autoscaling.cpu": 0},
		want: []string{
			`modelferry:services.bankchurn.autoscaling: min 0 and max 3 do not fit: 1 <= min <= max`,
			`modelferry:services.bankchurn.autoscaling.cpu: has to be 1 to 100 percent, not 0`,
		}},
	{name: "load has to stay low for a day", set: map[string]any{"services.bankchurn.autoscaling.scaleDownWindow": "24h"},
		want: []string{`modelferry:services.bankchurn.autoscaling.scaleDownWindow: has to be 0s to 1h, not 24h0m0s`}},
	{name: "unknown bucket", set: map[string]any{"services.bankchurn.artifacts.model.bucket": "model"},
		want: []string{`modelferry:services.bankchurn.artifacts.model.bucket: unknown bucket "model": it is models or datasets`}},
	{name: "dest is missing", set: map[string]any{"services.bankchurn.artifacts.model.dest": nil},
		want: []string{`modelferry:services.bankchurn.artifacts.model.dest: missing: say where in the model folder it appears`}},
	{name: "dests leave the model folder", set: map[string]any{
		"services.bankchurn.artifacts.model.dest":                   "../model.joblib",
		"services.bankchurn.artifacts.dataset.dest":                 "/data/raw/Churn.csv",
		"services.chicagotaxi.artifacts.model.dest":                 "a/../../b",
		"services.nlpinsight.backends.finbert.artifacts.model.dest": "..",
	}, want: []string{
		`modelferry:services.bankchurn.artifacts.dataset.dest: "/data/raw/Churn.csv" leaves the pod's model folder: write a path relative to it, without ..`,
		`modelferry:services.bankchurn.artifacts.model.dest: "../model.joblib" leaves the pod's model folder: write a path relative to it, without ..`,
		`modelferry:services.chicagotaxi.artifacts.model.dest: "a/../../b" leaves the pod's model folder: write a path relative to it, without ..`,
		`modelferry:services.nlpinsight.backends.finbert.artifacts.model.dest: ".." leaves the pod's model folder: write a path relative to it, without ..`,
	}},
	{name: "dest is hidden", set: map[string]any{"services.bankchurn.artifacts.model.dest": ".modelferry.json"},
		want: []string{`modelferry:services.bankchurn.artifacts.model.dest: ".modelferry.json" is hidden: names that begin with a dot are the fetcher's own`}},
	{name: "mount is relative", set: map[string]any{"services.bankchurn.artifacts.dataset.mount": "data"},
		want: []string{`modelferry:services.bankchurn.artifacts.dataset.mount: "data" is no path of the pod: write an absolute path`}},
	{name: "mount is in the model folder", set: map[string]any{"services.bankchurn.artifacts.dataset.mount": "/models/data"},
		want: []string{`modelferry:services.bankchurn.artifacts.dataset.mount: "/models/data" is in the way of another mount (/models, /tmp): choose a path beside them`}},
	{name: "artifact's variable is none", set: map[string]any{"services.bankchurn.artifacts.model.env": "MODEL PATH"},
		want: []string{`modelferry:services.bankchurn.artifacts.model.env: "MODEL PATH" is no name of a variable`}},
	{name: "no artifact is the model", set: map[string]any{"services.bankchurn.artifacts.model": nil, "releases.bankchurn.artifacts.model": nil},
		want: []string{`modelferry:services.bankchurn.artifacts: has no artifact called "model"`}},
	{name: "two artifacts in each other's way", set: map[string]any{
		"services.bankchurn.artifacts.dataset":   artifact("model.joblib", "bucket", "datasets", "env", "MODEL_PATH"),
		"services.chicagotaxi.artifacts.model":   artifact("model", "mount", "/data"),
		"services.chicagotaxi.artifacts.outputs": artifact("model/outputs.csv", "mount", "/data"),
		"releases.chicagotaxi.artifacts.outputs": map[string]any{"path": "chicagotaxi/outputs.csv", "size": "1MB"},
	}, want: []string{
		`modelferry:releases.bankchurn.artifacts.model: appears as "model.joblib", where artifact "dataset" is already`,
		`modelferry:releases.bankchurn.artifacts.model: sets the variable MODEL_PATH, as artifact "dataset" does`,
		`modelferry:releases.chicagotaxi.artifacts.outputs: appears as "model/outputs.csv", but artifact "model" as "model": a file is no folder`,
		`modelferry:releases.chicagotaxi.artifacts.outputs: is mounted at "/data", where artifact "model" is already`,
	}},
}
