package keys

import (
	"slices"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// amounts are the six keys of what is requested and what is the limit: each
// has a place of a resource, which its name in Kubernetes is added to.
func amounts(path, typ, name, requests, limits string) []keyRow {
	return []keyRow{
		key(path+".requests.cpu", "600m", onBoth(typ, name, requests+"cpu", "600m")),
		key(path+".requests.memory", "200Mi", onBoth(typ, name, requests+"memory", "200Mi")),
		key(path+".requests.ephemeralStorage", "1Gi", onBoth(typ, name, requests+"ephemeral-storage", "1Gi")),
		key(path+".limits.cpu", "3", onBoth(typ, name, limits+"cpu", "3")),
		key(path+".limits.memory", "5Gi", onBoth(typ, name, limits+"memory", "5Gi")),
		key(path+".limits.ephemeralStorage", "7Gi", onBoth(typ, name, limits+"ephemeral-storage", "7Gi")),
	}
}

func namespaceKeys() []keyRow {
	ranged := holds{object{"ipBlock": object{"cidr": "10.9.0.0/24"}}}
	some := holds{object{"namespaceSelector": object{"matchExpressions": []any{object{"key": "kubernetes.io/metadata.name", "operator": "In", "values": []any{"monitoring"}}}}}}
	monitor := func(path string, want any) shown { return onBoth("ServiceMonitor", "bankchurn", path, want) }
	rows := together(slices.Concat([]keyRow{
		key("networkPolicy.egress", []any{"10.9.0.0/24"}, onBoth("NetworkPolicy", "bankchurn", "spec.egress[1].to", ranged)),
		key("networkPolicy.namespaces", []any{"monitoring"}, onBoth("NetworkPolicy", "bankchurn", "spec.ingress[0].from", some)),
		key("monitoring.annotations", false, onBoth("Deployment", "bankchurn", "spec.template.metadata.annotations/prometheus.io/scrape", nil)),
		key("monitoring.serviceMonitors", true, monitor("", there)),
		key("quota.pods", 20, onBoth("ResourceQuota", "ml-portfolio", "spec.hard.pods", "20")),
	},
		amounts("quota", "ResourceQuota", "ml-portfolio", "spec.hard/requests.", "spec.hard/limits."),
		amounts("containerDefaults", "LimitRange", "ml-portfolio", "spec.limits[0].defaultRequest.", "spec.limits[0].default."),
	)...)
	for _, row := range together(
		key("monitoring.labels.release", "prometheus", monitor("metadata.labels.release", "prometheus")),
		key("monitoring.interval", "1m", monitor("spec.endpoints[0].interval", "60s")),
	) {
		rows = append(rows, row.with(map[string]any{"monitoring.serviceMonitors": true}))
	}
	return append(rows, key("networkPolicy.enabled", false, onBoth("NetworkPolicy", "default-deny", "", gone), onBoth("NetworkPolicy", "bankchurn", "", gone)))
}

func ingressKeys() []keyRow {
	const marks = "metadata.annotations/"
	const other = "arn:aws:acm:eu-west-1:" + stacktest.Account + ":certificate/other"
	gke := func(path string, want any) shown { return onGKE("Ingress", "ml-portfolio", path, want) }
	eks := func(path string, want any) shown { return onEKS("Ingress", "ml-portfolio", path, want) }
	both := func(path string, want any) shown { return onBoth("Ingress", "ml-portfolio", path, want) }
	from := onBoth("NetworkPolicy", "bankchurn", "spec.ingress[0].from", holds{object{"ipBlock": object{"cidr": "10.129.0.0/23"}}})
	rows := append(together(
		key("ingress.host", "other.example.com", both("spec.rules[0].host", "other.example.com")),
		key("ingress.certificate", byStack{"gke": "other", "eks": other}, gke(marks+"ingress.gcp.kubernetes.io/pre-shared-cert", "other"), eks(marks+"alb.ingress.kubernetes.io/certificate-arn", other)),
		key("ingress.address", "reserved", gke(marks+"kubernetes.io/ingress.global-static-ip-name", "reserved")),
		key("ingress.class", "ours", eks("spec.ingressClassName", "ours")),
		key("ingress.sources", []any{"10.129.0.0/23"}, from),
	),
		key("ingress.internal", true, gke(marks+"kubernetes.io/ingress.class", "gce-internal"), eks(marks+"alb.ingress.kubernetes.io/scheme", "internal")).
			with(map[string]any{"ingress.sources": []any{"10.129.0.0/23"}}),
		key("services.bankchurn.path", "/churn", both("spec.rules[0].http.paths[0].path", "/churn")).
			with(map[string]any{"services.bankchurn.env.API_ROOT_PATH": nil}),
	)
	for k := range rows {
		rows[k] = rows[k].with(map[string]any{"ingress": byStack{"gke": stacktest.IngressConfig(stacktest.GKE), "eks": stacktest.IngressConfig(stacktest.EKS)}})
	}
	return rows
}

func fetcherKeys() []keyRow {
	setting := func(name, want string) shown { return onBoth("ConfigMap", "bankchurn-model", "data."+name, want) }
	return together(append([]keyRow{
		key("fetcher.image", "registry.example/fetcher:2", onBoth("Deployment", "bankchurn", stacktest.FetcherContainer+"image", "registry.example/fetcher:2")),
		key("fetcher.retries", 5, setting("FETCH_RETRIES", "5")),
		key("fetcher.backoff", "2s", setting("FETCH_BACKOFF", "2s")),
		key("fetcher.timeout", "3m", setting("FETCH_TIMEOUT", "3m0s")),
		key("fetcher.identityWait", "90s", setting("FETCH_IDENTITY_WAIT", "1m30s")),
		key("fetcher.parallel", 4, setting("FETCH_PARALLEL", "4")),
		key("fetcher.partSize", "1MiB", setting("FETCH_PART_SIZE", "1048576")),
	}, amounts("fetcher.resources", "Deployment", "bankchurn", stacktest.FetcherContainer+"resources.requests.", stacktest.FetcherContainer+"resources.limits.")...)...)
}

// artifactKeys are those of the artifact that is a service's model.
func artifactKeys(path, service string) []keyRow {
	config := func(name, want string) shown { return onBoth("ConfigMap", service+"-model", "data."+name, want) }
	server := func(path string, want object) shown {
		return onBoth("Deployment", service, stacktest.ServerContainer+path, holds{want})
	}
	mounted := object{"name": "models", "mountPath": "/opt/m.bin", "subPath": "model.joblib", "readOnly": true}
	return append(together(
		key(path+".bucket", "datasets", onGKE("ConfigMap", service+"-model", "data.GCS_BUCKET", stacktest.GKE.Buckets["datasets"]),
			onEKS("ConfigMap", service+"-model", "data.S3_BUCKET", stacktest.EKS.Buckets["datasets"])),
		key(path+".mount", "/opt/m.bin", server("volumeMounts", mounted)),
		key(path+".env", "MODEL_FILE", server("env", object{"name": "MODEL_FILE", "value": "/models/model.joblib"})),
	),
		key(path+".dest", "other/m.bin", config("LOCAL_MODEL_PATH", "/models/other/m.bin")),
		key(path+".extract", true, config("MODEL_EXTRACT", "true")),
	)
}

func serviceKeys() []keyRow {
	const churn = "services.bankchurn."
	const annotations = "spec.template.metadata.annotations/prometheus.io/"
	deployment := func(path string, want any) shown { return onBoth("Deployment", "bankchurn", path, want) }
	policy := func(path string, want any) shown { return onBoth("NetworkPolicy", "bankchurn", path, want) }
	scaler := func(path string, want any) shown {
		return onBoth("HorizontalPodAutoscaler", "bankchurn", "spec."+path, want)
	}
	folder := func(bucket string) shown {
		return onGKE("ManagedFolder", "bankchurn-predictor-"+bucket, "name", "bankchurn/v2/")
	}
	return slices.Concat(together(append([]keyRow{
		key(churn+"service", "churn", onBoth("Service", "bankchurn", "metadata.name", "churn")),
		key(churn+"port", 9000, deployment(stacktest.ServerContainer+"ports[0].containerPort", 9000.), deployment(annotations+"port", "9000"), policy("spec.ingress[0].ports[0].port", 9000.)),
		key(churn+"modelFolder", "/srv/models", deployment(stacktest.ServerContainer+"volumeMounts[0].mountPath", "/srv/models"), onBoth("ConfigMap", "bankchurn-model", "data.MODEL_FOLDER", "/srv/models")),
		key(churn+"env.LOG_LEVEL", "DEBUG", deployment(stacktest.ServerContainer+"env", holds{object{"name": "LOG_LEVEL", "value": "DEBUG"}})),
		key(churn+"gpu", 1, deployment(stacktest.ServerContainer+"resources.limits/nvidia.com/gpu", "1")),
		key(churn+"autoscaling.min", 2, scaler("minReplicas", 2.)),
		key(churn+"autoscaling.max", 9, scaler("maxReplicas", 9.)),
		key(churn+"autoscaling.cpu", 42, scaler("metrics[0].resource.target.averageUtilization", 42.)),
		key(churn+"autoscaling.scaleDownWindow", "1m", scaler("behavior.scaleDown.stabilizationWindowSeconds", 60.)),
		key(churn+"health.path", "/ready", deployment(stacktest.ServerContainer+"startupProbe.httpGet.path", "/ready"), deployment(stacktest.ServerContainer+"readinessProbe.httpGet.path", "/ready"), deployment(stacktest.ServerContainer+"livenessProbe.httpGet.path", "/ready")),
		key(churn+"health.startup", "90s", deployment(stacktest.ServerContainer+"startupProbe.failureThreshold", 90.)),
		key(churn+"metrics", "/prometheus", deployment(annotations+"path", "/prometheus")),
	}, amounts(churn+"resources", "Deployment", "bankchurn", stacktest.ServerContainer+"resources.requests.", stacktest.ServerContainer+"resources.limits.")...)...),
		artifactKeys(churn+"artifacts.model", "bankchurn"),
		[]keyRow{
			key(churn+"deployment", "churn", deployment("metadata.name", "churn"), onBoth("ServiceAccount", "bankchurn", "metadata.name", "churn")),
			key(churn+"prefix", "bankchurn/v2/", folder("models"), folder("datasets"), onEKS("RolePolicy", "bankchurn-predictor", "policy", holds{"/bankchurn/v2/*"})).
				with(map[string]any{"releases.bankchurn.artifacts.model.path": "bankchurn/v2/m", "releases.bankchurn.artifacts.dataset.path": "bankchurn/v2/d"}),
		},
	)
}

func backendKeys() []keyRow {
	const tfidf = "services.nlpinsight.backends.tfidf."
	server := func(path string, want any) shown {
		return onBoth("Deployment", "nlpinsight", stacktest.ServerContainer+path, want)
	}
	return append(together(append([]keyRow{
		key(tfidf+"env.LOG_LEVEL", "DEBUG", server("env", holds{object{"name": "LOG_LEVEL", "value": "DEBUG"}})),
		key(tfidf+"gpu", 1, server("resources.limits/nvidia.com/gpu", "1")),
	}, amounts(tfidf+"resources", "Deployment", "nlpinsight", stacktest.ServerContainer+"resources.requests.", stacktest.ServerContainer+"resources.limits.")...)...),
		artifactKeys(tfidf+"artifacts.model", "nlpinsight")...)
}

// versionKeys are those of the version of the artifact that is a service's
// model, an archive.
func versionKeys(path, service string) []keyRow {
	const digest = "1111111111111111111111111111111111111111111111111111111111111111"
	config := func(name, want string) shown { return onBoth("ConfigMap", service+"-model", "data."+name, want) }
	room := func(want string) shown {
		return onBoth("Deployment", service, stacktest.PodSpec+"volumes[0].emptyDir.sizeLimit", want)
	}
	object := service + "/v2/m.tgz"
	return append(together(
		key(path+".path", object, onGKE("ConfigMap", service+"-model", "data.GCS_MODEL_PATH", object), onEKS("ConfigMap", service+"-model", "data.S3_MODEL_PATH", object)),
		key(path+".sha256", digest, config("MODEL_SHA256", digest)),
		key(path+".version", "1763901234567891", config("MODEL_VERSION", "1763901234567891")),
		// With 700 kB of a dataset, a tenth more, and 16 MiB.
		key(path+".unpackedSize", "100MB", room("122Mi")),
	),
		key(path+".size", "100MB", room("437Mi")), // four times that
	)
}

func releaseKeys() []keyRow {
	const churn, nlp, image = "releases.bankchurn.", "releases.nlpinsight.", "registry.example/bankchurn:2"
	rows := []keyRow{
		key(churn+"image", image, onBoth("Deployment", "bankchurn", stacktest.ServerContainer+"image", image)),
		key(nlp+"backend", "finbert", onBoth("Deployment", "nlpinsight", stacktest.ServerContainer+"env", holds{object{"name": "NLP_BACKEND", "value": "finbert"}})),
		key(churn+"delivery", "csi", onBoth("Deployment", "bankchurn", stacktest.PodSpec+"initContainers", nil), onBoth("ConfigMap", "bankchurn-model", "", gone),
			onGKE("Deployment", "bankchurn", stacktest.PodSpec+"volumes[0].csi.driver", "gcsfuse.csi.storage.gke.io"), onEKS("PersistentVolume", "bankchurn-models", "", there)),
		unshown(churn+"unverified", true, "it accepts what csi does anyway, and so silences a warning").with(map[string]any{churn + "delivery": "csi"}),
	}
	for _, row := range versionKeys(churn+"artifacts.model", "bankchurn") {
		rows = append(rows, row.with(map[string]any{churn + "artifacts.model.path": "bankchurn/m.tar.gz"}))
	}
	for _, row := range versionKeys(nlp+"backends.finbert.artifacts.model", "nlpinsight") {
		rows = append(rows, row.with(map[string]any{nlp + "backend": "finbert"}))
	}
	return rows
}
