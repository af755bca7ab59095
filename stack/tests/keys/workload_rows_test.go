package keys

import (
	"maps"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/stack/stacktest"
)

// resourceRows returns the rows of requests and limits. The arguments requests and limits are prefixes of input paths,
// to which the name of the Kubernetes resource is added.
func resourceRows(path, typ, name, requests, limits string) []row {
	return []row{
		newRow(path+".requests.cpu", "600m", bothInput(typ, name, requests+"cpu", "600m")),
		newRow(path+".requests.memory", "200Mi", bothInput(typ, name, requests+"memory", "200Mi")),
		newRow(path+".requests.ephemeralStorage", "1Gi", bothInput(typ, name, requests+"ephemeral-storage", "1Gi")),
		newRow(path+".limits.cpu", "3", bothInput(typ, name, limits+"cpu", "3")),
		newRow(path+".limits.memory", "5Gi", bothInput(typ, name, limits+"memory", "5Gi")),
		newRow(path+".limits.ephemeralStorage", "7Gi", bothInput(typ, name, limits+"ephemeral-storage", "7Gi")),
	}
}

func namespaceRows() []row {
	cidrPeer := contains{object{"ipBlock": object{"cidr": "10.9.0.0/24"}}}
	namespacePeer := contains{object{"namespaceSelector": object{"matchExpressions": []any{object{"key": "kubernetes.io/metadata.name",
		"operator": "In", "values": []any{"monitoring"}}}}}}
	monitor := func(path string, want any) expectInput { return bothInput("ServiceMonitor", "bankchurn", path, want) }
	rows := batch(slices.Concat([]row{
		newRow("networkPolicy.egress", []any{"10.9.0.0/24"}, bothInput("NetworkPolicy", "bankchurn", "spec.egress[1].to", cidrPeer)),
		newRow("networkPolicy.sources", []any{"10.9.0.0/24"},
			bothInput("NetworkPolicy", "bankchurn", "spec.ingress[0].from", cidrPeer)),
		newRow("networkPolicy.namespaces", []any{"monitoring"},
			bothInput("NetworkPolicy", "bankchurn", "spec.ingress[0].from", namespacePeer)),
		newRow("monitoring.annotations", false,
			bothInput("Deployment", "bankchurn", "spec.template.metadata.annotations/prometheus.io/scrape", nil)),
		newRow("monitoring.serviceMonitors", true, monitor("", present)),
		newRow("quota.pods", 20, bothInput("ResourceQuota", "ml-portfolio", "spec.hard.pods", "20")),
	},
		resourceRows("quota", "ResourceQuota", "ml-portfolio", "spec.hard/requests.", "spec.hard/limits."),
		resourceRows("containerDefaults", "LimitRange", "ml-portfolio", "spec.limits[0].defaultRequest.", "spec.limits[0].default."),
	)...)
	collectors := contains{object{"namespaceSelector": object{"matchExpressions": []any{object{"key": "kubernetes.io/metadata.name",
		"operator": "In", "values": []any{"gateways", "gke-gmp-system", "gmp-system"}}}}}}
	rows = append(rows, newRow("monitoring.podMonitorings", true, gkeInput("PodMonitoring", "bankchurn", "", present),
		gkeInput("NetworkPolicy", "bankchurn", "spec.ingress[0].from", collectors)).
		withPrerequisites(map[string]any{"networkPolicy.namespaces": []any{"gateways"}}))
	for _, row := range batch(
		newRow("monitoring.labels.release", "prometheus", monitor("metadata.labels.release", "prometheus")),
		newRow("monitoring.interval", "1m", monitor("spec.endpoints[0].interval", "60s")),
	) {
		rows = append(rows, row.withPrerequisites(map[string]any{"monitoring.serviceMonitors": true}))
	}
	return append(rows,
		newRow("networkPolicy.enabled", false, bothInput("NetworkPolicy", "default-deny", "", absent),
			bothInput("NetworkPolicy", "bankchurn", "", absent)))
}

func ingressRows() []row {
	const annotations = "metadata.annotations/"
	const other = "arn:aws:acm:eu-west-1:" + stacktest.AccountID + ":certificate/other"
	gke := func(path string, want any) expectInput { return gkeInput("Ingress", "ml-portfolio", path, want) }
	eks := func(path string, want any) expectInput { return eksInput("Ingress", "ml-portfolio", path, want) }
	both := func(path string, want any) expectInput { return bothInput("Ingress", "ml-portfolio", path, want) }
	sources := bothInput("NetworkPolicy", "bankchurn", "spec.ingress[0].from", contains{object{"ipBlock": object{"cidr": "10.129.0.0/23"}}})
	rows := append(batch(
		newRow("ingress.host", "other.example.com", both("spec.rules[0].host", "other.example.com")),
		newRow("ingress.certificate", byStack{"gke": "other", "eks": other},
			gke(annotations+"ingress.gcp.kubernetes.io/pre-shared-cert", "other"),
			eks(annotations+"alb.ingress.kubernetes.io/certificate-arn", other)),
		newRow("ingress.address", "reserved", gke(annotations+"kubernetes.io/ingress.global-static-ip-name", "reserved")),
		newRow("ingress.class", "ours", eks("spec.ingressClassName", "ours")),
		newRow("ingress.sources", []any{"10.129.0.0/23"}, sources),
	),
		newRow("ingress.internal", true, gke(annotations+"kubernetes.io/ingress.class", "gce-internal"),
			eks(annotations+"alb.ingress.kubernetes.io/scheme", "internal")).
			withPrerequisites(map[string]any{"ingress.sources": []any{"10.129.0.0/23"}}),
		newRow("services.bankchurn.path", "/churn", both("spec.rules[0].http.paths[0].path", "/churn")).
			withPrerequisites(map[string]any{"services.bankchurn.env.API_ROOT_PATH": nil}),
	)
	for i := range rows {
		rows[i] = rows[i].withPrerequisites(map[string]any{"ingress": byStack{
			"gke": stacktest.IngressConfig(stacktest.GKE), "eks": stacktest.IngressConfig(stacktest.EKS),
		}})
	}
	return rows
}

func fetcherRows() []row {
	setting := func(name, want string) expectInput {
		return bothInput("ConfigMap", "bankchurn-model", "data."+name, want)
	}
	return batch(append([]row{
		newRow("fetcher.image", "registry.example/fetcher:2",
			bothInput("Deployment", "bankchurn", stacktest.FetcherContainer+"image", "registry.example/fetcher:2")),
		newRow("fetcher.retries", 5, setting("FETCH_RETRIES", "5")),
		newRow("fetcher.backoff", "2s", setting("FETCH_BACKOFF", "2s")),
		newRow("fetcher.timeout", "3m", setting("FETCH_TIMEOUT", "3m0s")),
		newRow("fetcher.identityWait", "90s", setting("FETCH_IDENTITY_WAIT", "1m30s")),
		newRow("fetcher.parallel", 4, setting("FETCH_PARALLEL", "4")),
		newRow("fetcher.partSize", "1MiB", setting("FETCH_PART_SIZE", "1048576")),
		newRow("fetcher.archives.maxEntries", 200_000, setting("FETCH_ARCHIVE_MAX_ENTRIES", "200000")),
		newRow("fetcher.archives.maxSize", "1TB", setting("FETCH_ARCHIVE_MAX_BYTES", "1000000000000")),
		newRow("fetcher.archives.maxRatio", 1000, setting("FETCH_ARCHIVE_MAX_RATIO", "1000")),
		newRow("fetcher.archives.maxWindow", "256MiB", setting("FETCH_ARCHIVE_MAX_WINDOW", "268435456")),
	}, resourceRows("fetcher.resources", "Deployment", "bankchurn",
		stacktest.FetcherContainer+"resources.requests.", stacktest.FetcherContainer+"resources.limits.")...)...)
}

// artifactRows returns the rows of a service's model artifact.
func artifactRows(path, service string) []row {
	config := func(name, want string) expectInput {
		return bothInput("ConfigMap", service+"-model", "data."+name, want)
	}
	server := func(path string, want object) expectInput {
		return bothInput("Deployment", service, stacktest.ServerContainer+path, contains{want})
	}
	mounted := object{"name": "models", "mountPath": "/opt/m.bin", "subPath": "model.joblib", "readOnly": true}
	return append(batch(
		newRow(path+".bucket", "datasets", gkeInput("ConfigMap", service+"-model", "data.GCS_BUCKET", stacktest.GKE.Buckets["datasets"]),
			eksInput("ConfigMap", service+"-model", "data.S3_BUCKET", stacktest.EKS.Buckets["datasets"])),
		newRow(path+".mount", "/opt/m.bin", server("volumeMounts", mounted)),
		newRow(path+".env", "MODEL_FILE", server("env", object{"name": "MODEL_FILE", "value": "/models/model.joblib"})),
	),
		newRow(path+".dest", "other/m.bin", config("LOCAL_MODEL_PATH", "/models/other/m.bin")),
		newRow(path+".extract", true, config("MODEL_EXTRACT", "true")),
	)
}

func serviceRows() []row {
	const churn = "services.bankchurn."
	const annotations = "spec.template.metadata.annotations/prometheus.io/"
	deployment := func(path string, want any) expectInput { return bothInput("Deployment", "bankchurn", path, want) }
	policy := func(path string, want any) expectInput { return bothInput("NetworkPolicy", "bankchurn", path, want) }
	hpa := func(path string, want any) expectInput {
		return bothInput("HorizontalPodAutoscaler", "bankchurn", "spec."+path, want)
	}
	folder := func(bucket string) expectInput {
		return gkeInput("ManagedFolder", "bankchurn-predictor-"+bucket, "name", "bankchurn/v2/")
	}
	return slices.Concat(batch(append([]row{
		newRow(churn+"service", "churn", bothInput("Service", "bankchurn", "metadata.name", "churn")),
		newRow(churn+"port", 9000, deployment(stacktest.ServerContainer+"ports[0].containerPort", 9000.),
			deployment(annotations+"port", "9000"), policy("spec.ingress[0].ports[0].port", 9000.)),
		newRow(churn+"modelFolder", "/srv/models", deployment(stacktest.ServerContainer+"volumeMounts[0].mountPath", "/srv/models"),
			bothInput("ConfigMap", "bankchurn-model", "data.MODEL_FOLDER", "/srv/models")),
		newRow(churn+"env.LOG_LEVEL", "DEBUG",
			deployment(stacktest.ServerContainer+"env", contains{object{"name": "LOG_LEVEL", "value": "DEBUG"}})),
		newRow(churn+"gpu", 1, deployment(stacktest.ServerContainer+"resources.limits/nvidia.com/gpu", "1")),
		newRow(churn+"autoscaling.min", 3, hpa("minReplicas", 3.)),
		newRow(churn+"autoscaling.max", 9, hpa("maxReplicas", 9.)),
		newRow(churn+"autoscaling.cpu", 42, hpa("metrics[0].resource.target.averageUtilization", 42.)),
		newRow(churn+"autoscaling.scaleDownWindow", "1m", hpa("behavior.scaleDown.stabilizationWindowSeconds", 60.)),
		newRow(churn+"health.path", "/ready", deployment(stacktest.ServerContainer+"startupProbe.httpGet.path", "/ready"),
			deployment(stacktest.ServerContainer+"readinessProbe.httpGet.path", "/ready"),
			deployment(stacktest.ServerContainer+"livenessProbe.httpGet.path", "/ready")),
		newRow(churn+"health.startup", "90s", deployment(stacktest.ServerContainer+"startupProbe.failureThreshold", 90.)),
		newRow(churn+"metrics", "/prometheus", deployment(annotations+"path", "/prometheus")),
	}, resourceRows(churn+"resources", "Deployment", "bankchurn", stacktest.ServerContainer+"resources.requests.",
		stacktest.ServerContainer+"resources.limits.")...)...),
		artifactRows(churn+"artifacts.model", "bankchurn"),
		[]row{
			newRow(churn+"deployment", "churn", deployment("metadata.name", "churn"),
				bothInput("ServiceAccount", "bankchurn", "metadata.name", "churn")),
			newRow(churn+"prefix", "bankchurn/v2/", folder("models"), folder("datasets"),
				eksInput("RolePolicy", "bankchurn-predictor", "policy", contains{"/bankchurn/v2/*"})).
				withPrerequisites(map[string]any{"releases.bankchurn.artifacts.model.path": "bankchurn/v2/m",
					"releases.bankchurn.artifacts.dataset.path": "bankchurn/v2/d"}),
		},
	)
}

func backendRows() []row {
	const tfidf = "services.nlpinsight.backends.tfidf."
	server := func(path string, want any) expectInput {
		return bothInput("Deployment", "nlpinsight", stacktest.ServerContainer+path, want)
	}
	return append(batch(append([]row{
		newRow(tfidf+"env.LOG_LEVEL", "DEBUG", server("env", contains{object{"name": "LOG_LEVEL", "value": "DEBUG"}})),
		newRow(tfidf+"gpu", 1, server("resources.limits/nvidia.com/gpu", "1")),
	}, resourceRows(tfidf+"resources", "Deployment", "nlpinsight", stacktest.ServerContainer+"resources.requests.",
		stacktest.ServerContainer+"resources.limits.")...)...),
		artifactRows(tfidf+"artifacts.model", "nlpinsight")...)
}

// versionRows returns the rows of a released model artifact, which is an archive.
func versionRows(path, service string) []row {
	const digest = "2222222222222222222222222222222222222222222222222222222222222222"
	config := func(name, want string) expectInput {
		return bothInput("ConfigMap", service+"-model", "data."+name, want)
	}
	sizeLimit := func(want string) expectInput {
		return bothInput("Deployment", service, stacktest.PodSpec+"volumes[0].emptyDir.sizeLimit", want)
	}
	object := service + "/v2/m.tgz"
	signed := func(path string, value any, want string) row {
		return newRow(path, value, bothInput("ConfigMap", service+"-model", "data.MODEL_SIGNATURE", contains{want}))
	}
	signature := map[string]any{path + ".signature": map[string]any{"path": service + "/m.sig"}, "signatures.key": configtest.PublicKey}
	bySigner := map[string]any{
		path + ".signature":      map[string]any{"path": service + "/m.sig"},
		"signatures.certificate": configtest.Certificate,
	}
	byIdentity := map[string]any{path + ".signature": map[string]any{"path": service + "/m.sig"}}
	ownIdentity := map[string]any{path + ".signature.path": service + "/m.sig"}
	for key, value := range configtest.Keyless() {
		byIdentity["signatures."+key], ownIdentity[path+".signature."+key] = value, value
	}
	return slices.Concat(batch(
		newRow(path+".path", object, gkeInput("ConfigMap", service+"-model", "data.GCS_MODEL_PATH", object),
			eksInput("ConfigMap", service+"-model", "data.S3_MODEL_PATH", object)),
		newRow(path+".sha256", digest, config("MODEL_SHA256", digest)),
		newRow(path+".version", "1763901234567891", config("MODEL_VERSION", "1763901234567891")),
		// The model and 700 kB of a dataset, 10% more, and 16 MiB.
		newRow(path+".unpackedSize", "100MB", sizeLimit("122Mi")),
	), []row{
		signed(path+".signature.path", service+"/v2/m.sig", `{"path":"`+service+`/v2/m.sig"`).withPrerequisites(signature),
		signed(path+".signature.key", configtest.OtherPublicKey, pemJSON(configtest.OtherPublicKey)).withPrerequisites(signature),
		signed(path+".signature.certificate", configtest.Certificate, pemJSON(configtest.Certificate)).withPrerequisites(signature),
		signed("signatures.key", configtest.OtherPublicKey, pemJSON(configtest.OtherPublicKey)).withPrerequisites(signature),
		signed("signatures.certificate", configtest.OtherCertificate, pemJSON(configtest.OtherCertificate)).withPrerequisites(bySigner),
		newRow(path+".size", "100MB", sizeLimit("437Mi")), // an archive without unpackedSize counts four times its size
	}, identityRows("signatures.", byIdentity, service, signed), identityRows(path+".signature.", ownIdentity, service, signed))
}

// identityRows returns the rows of a signer with an identity below a key. The prerequisites have such a signer.
func identityRows(parent string, prerequisites map[string]any, service string, signed func(string, any, string) row) []row {
	byPattern := maps.Clone(prerequisites)
	delete(byPattern, parent+"identity")
	byPattern[parent+"identityRegexp"] = "models@example.com"
	return []row{
		signed(parent+"identity", "ml@example.com", `"identity":"ml@example.com"`).withPrerequisites(prerequisites),
		signed(parent+"identityRegexp", ".*@example.com", `"identityRegexp":".*@example.com"`).withPrerequisites(byPattern),
		signed(parent+"issuer", "https://accounts.google.com", `"issuer":"https://accounts.google.com"`).withPrerequisites(prerequisites),
		newRow(parent+"trustedRoot", configtest.OtherTrustedRoot, bothInput("ConfigMap", service+"-model", "data.TRUSTED_ROOTS",
			contains{`":` + strings.TrimSpace(configtest.OtherTrustedRoot)})).withPrerequisites(prerequisites),
	}
}

// pemJSON returns a text in PEM as it is in a JSON string.
func pemJSON(text string) string { return strings.ReplaceAll(text, "\n", `\n`) }

func releaseRows() []row {
	const churn, nlp, image = "releases.bankchurn.", "releases.nlpinsight.", "registry.example/bankchurn:2"
	unpublished := []expectInput{
		bothInput("Deployment", "bankchurn", "", absent), bothInput("ConfigMap", "bankchurn-model", "", absent),
		bothInput("NetworkPolicy", "bankchurn", "", absent),
	}
	rows := []row{
		expectNoDiff("signatures.require", false, "it only decides which configs are valid, and suppresses a warning"),
		newRow(churn+"image", image, bothInput("Deployment", "bankchurn", stacktest.ServerContainer+"image", image)),
		newRow(nlp+"backend", "finbert",
			bothInput("Deployment", "nlpinsight", stacktest.ServerContainer+"env",
				contains{object{"name": "NLP_BACKEND", "value": "finbert"}})),
		newRow(churn+"delivery", "csi", bothInput("Deployment", "bankchurn", stacktest.PodSpec+"initContainers", nil),
			bothInput("ConfigMap", "bankchurn-model", "", absent),
			gkeInput("Deployment", "bankchurn", stacktest.PodSpec+"volumes[0].csi.driver", "gcsfuse.csi.storage.gke.io"),
			eksInput("PersistentVolume", "bankchurn-models", "", present)),
		newRow(churn+"artifacts.dataset.sha256", config.PlaceholderDigest, unpublished...),
		newRow(churn+"image", image[:len(image)-2]+"@sha256:"+config.PlaceholderDigest, unpublished...),
		newRow("fetcher.image", "registry.example/fetcher@sha256:"+config.PlaceholderDigest, unpublished...),
		expectNoDiff("services.bankchurn.autoscaling.singleReplica", true, "it only suppresses a warning").
			withPrerequisites(map[string]any{"services.bankchurn.autoscaling.min": 1}),
		expectNoDiff(churn+"unverified", true, "it only suppresses a warning").withPrerequisites(map[string]any{churn + "delivery": "csi"}),
	}
	for _, row := range versionRows(churn+"artifacts.model", "bankchurn") {
		rows = append(rows, row.withPrerequisites(map[string]any{churn + "artifacts.model.path": "bankchurn/m.tar.gz"}))
	}
	for _, row := range versionRows(nlp+"backends.finbert.artifacts.model", "nlpinsight") {
		rows = append(rows, row.withPrerequisites(map[string]any{nlp + "backend": "finbert"}))
	}
	return rows
}
