package stacktest

import (
	"encoding/json"
	"strings"
)

// DiffException is a value of the Kubernetes objects that may differ by cloud.
type DiffException struct {
	// Kind of the object, * for any.
	Kind string
	// Path of the value, in which one * stands for one key or index. A path of * alone means that the object exists
	// on one cloud only.
	Path string
	// Normalize returns the part of a value that has to be equal on all clouds. If it is nil, the values may differ,
	// and may be missing.
	Normalize func(p Platform, value string) string
	// Reason is why the value differs.
	Reason string
}

// DiffExceptions are the values that may differ between GKE and EKS. The keys of a configured endpoint are among
// them, although the repository's stacks have none.
var DiffExceptions = []DiffException{
	{"ConfigMap", "data.GCS_BUCKET", nil, "the name of the key differs by cloud"},
	{"ConfigMap", "data.GCS_MODEL_PATH", nil, "the name of the key differs by cloud"},
	{"ConfigMap", "data.S3_BUCKET", nil, "the name of the key differs by cloud"},
	{"ConfigMap", "data.S3_MODEL_PATH", nil, "the name of the key differs by cloud"},
	{"ConfigMap", "data.ARTIFACTS", normalizeBucketNames, "buckets are named by project or by account"},
	{"ConfigMap", "data.GCE_METADATA_HOST", nil, "address of GKE's metadata server"},
	{"ConfigMap", "data.AWS_REGION", nil, "the AWS SDK requires it"},
	{"ConfigMap", "data.AWS_EC2_METADATA_DISABLED", nil, "a pod without a role must not use the node's role"},
	{"ConfigMap", "data.STORAGE_EMULATOR_HOST", nil, "name of the SDK's variable for an endpoint"},
	{"ConfigMap", "data.AWS_ENDPOINT_URL_S3", nil, "name of the SDK's variable for an endpoint"},
	{"ConfigMap", "data.AWS_ENDPOINT_URL_STS", nil, "name of the SDK's variable for an endpoint"},
	{"ServiceAccount", "metadata.annotations.eks.amazonaws.com/role-arn", nil, "IRSA's role; GKE needs no annotation"},
	{"*", "metadata.labels.modelferry.dev/stack", nil, "name of the stack"},
	{"Deployment", "spec.template.metadata.labels.modelferry.dev/stack", nil, "name of the stack"},
	{"NetworkPolicy", "spec.egress." + egressRuleKey("169.254.169.254/32", 80), nil, "GKE's metadata server"},
	{"NetworkPolicy", "spec.egress." + egressRuleKey("169.254.169.252/32", 988), nil, "GKE's metadata server on clusters with Calico"},
	{"NetworkPolicy", "spec.egress." + egressRuleKey("10.0.0.1/32", 9443), nil, "configured endpoint of STS"},
	{"Ingress", "spec.ingressClassName", nil, "GKE's controller reads the class from an annotation"},
	{"Ingress", "metadata.annotations.kubernetes.io/ingress.class", nil, "GKE's load balancer"},
	{"Ingress", "metadata.annotations.kubernetes.io/ingress.allow-http", nil, "GKE's load balancer: HTTPS only"},
	{"Ingress", "metadata.annotations.ingress.gcp.kubernetes.io/pre-shared-cert", nil, "GKE's load balancer: certificate"},
	{"Ingress", "metadata.annotations.alb.ingress.kubernetes.io/scheme", nil, "AWS's load balancer: internal or internet-facing"},
	{"Ingress", "metadata.annotations.alb.ingress.kubernetes.io/target-type", nil, "AWS's load balancer: pods as targets"},
	{"Ingress", "metadata.annotations.alb.ingress.kubernetes.io/listen-ports", nil, "AWS's load balancer: HTTPS only"},
	{"Ingress", "metadata.annotations.alb.ingress.kubernetes.io/certificate-arn", nil, "AWS's load balancer: certificate"},
	{"Ingress", "metadata.annotations.alb.ingress.kubernetes.io/ssl-policy", nil, "AWS's load balancer: TLS versions"},
	{"Ingress", "metadata.annotations.networking.gke.io/v1beta1.FrontendConfig", nil, "GKE's load balancer: TLS versions"},
	{"FrontendConfig", "*", nil, "GKE's load balancer: TLS versions"},
	{"BackendConfig", "*", nil, "GKE's load balancer: health check, timeout and connection draining"},
	{"Ingress", "metadata.annotations.alb.ingress.kubernetes.io/tags", nil, "AWS's load balancer: tags; GKE's has no labels"},
	{"Service", "metadata.annotations.cloud.google.com/neg", nil, "GKE's load balancer: container-native load balancing"},
	{"Service", "metadata.annotations.cloud.google.com/backend-config", nil, "GKE's load balancer: BackendConfig"},
	{"Service", "metadata.annotations.alb.ingress.kubernetes.io/healthcheck-path", nil,
		"AWS's load balancer: health check; GKE's has a BackendConfig"},
	{"Namespace", "metadata.labels.elbv2.k8s.aws/pod-readiness-gate-inject", nil,
		"AWS's load balancer: readiness gate; GKE injects its own"},
	{"NetworkPolicy", "spec.ingress.0.from.1.ipBlock.cidr", nil, "source ranges of the load balancer"},
	{"NetworkPolicy", "spec.ingress.0.from.2.ipBlock.cidr", nil, "source ranges of the load balancer"},
	{"PodMonitoring", "*", nil, "managed Prometheus of Google Cloud; EKS has none in the cluster"},
	{"PersistentVolume", "*", nil, "AWS's CSI driver does not support ephemeral volumes"},
	{"PersistentVolumeClaim", "*", nil, "AWS's CSI driver does not support ephemeral volumes"},
	{"Deployment", "spec.template.metadata.annotations.gke-gcsfuse/volumes", nil, "GKE's CSI driver selects its pods by it"},
	{"Deployment", "spec.template.spec.volumes.*.csi.driver", nil, "ephemeral CSI volume on GKE"},
	{"Deployment", "spec.template.spec.volumes.*.csi.readOnly", nil, "ephemeral CSI volume on GKE"},
	{"Deployment", "spec.template.metadata.annotations.gke-gcsfuse/cpu-request", nil, "sidecar of GKE's CSI driver"},
	{"Deployment", "spec.template.metadata.annotations.gke-gcsfuse/cpu-limit", nil, "sidecar of GKE's CSI driver"},
	{"Deployment", "spec.template.metadata.annotations.gke-gcsfuse/memory-request", nil, "sidecar of GKE's CSI driver"},
	{"Deployment", "spec.template.metadata.annotations.gke-gcsfuse/memory-limit", nil, "sidecar of GKE's CSI driver"},
	{"Deployment", "spec.template.metadata.annotations.gke-gcsfuse/ephemeral-storage-request", nil, "sidecar of GKE's CSI driver"},
	{"Deployment", "spec.template.metadata.annotations.gke-gcsfuse/ephemeral-storage-limit", nil, "sidecar of GKE's CSI driver"},
	{"Deployment", "spec.template.spec.volumes.*.csi.volumeAttributes.bucketName", nil, "ephemeral CSI volume on GKE"},
	{"Deployment", "spec.template.spec.volumes.*.csi.volumeAttributes.mountOptions", nil, "ephemeral CSI volume on GKE"},
	{"Deployment", "spec.template.spec.volumes.*.csi.volumeAttributes.skipCSIBucketAccessCheck", nil, "ephemeral CSI volume on GKE"},
	{"Deployment", "spec.template.spec.volumes.*.persistentVolumeClaim.claimName", nil, "persistent volume claim on EKS"},
	{"Deployment", "spec.template.spec.volumes.*.persistentVolumeClaim.readOnly", nil, "persistent volume claim on EKS"},
	{"Deployment", "spec.template.spec.containers.*.env.AWS_EC2_METADATA_DISABLED.value", nil,
		"a server without a role must not use the node's role"},
	{"Deployment", "spec.template.spec.containers.*.image", normalizeRegistry, "registry of the cloud"},
	{"Deployment", "spec.template.spec.initContainers.*.image", normalizeRegistry, "registry of the cloud"},
}

// egressRuleKey returns the path element of an egress rule. Rules have no name, and their order has no meaning.
func egressRuleKey(cidr string, port float64) string {
	return MarshalRule(EgressRule(cidr, port))
}

// MarshalRule returns a NetworkPolicy rule as JSON.
func MarshalRule(rule any) string {
	text, err := json.Marshal(rule)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func normalizeBucketNames(p Platform, value string) string {
	for name, bucket := range p.Buckets {
		value = strings.ReplaceAll(value, `"bucket":"`+bucket+`"`, `"bucket":"`+name+`"`)
	}
	return value
}

func normalizeRegistry(p Platform, value string) string { return strings.TrimPrefix(value, p.Registry) }
