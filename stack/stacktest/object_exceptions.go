package stacktest

import (
	"encoding/json"
	"strings"
)

// DiffException is a value of the Kubernetes objects that may differ by cloud.
type DiffException struct {
	// Kind of the object, * for any, and the path in it; * stands for one key or
	// index. A path of * alone: the object is on one cloud only.
	Kind, Path string
	// Normalize brings the values of a cloud to what has to be equal of them still.
	// Nil: the value, or its absence, is the cloud's own business.
	Normalize func(p Platform, value string) string
	Reason    string
}

// DiffExceptions is the whole list of what differs. An endpoint in the config adds
// a key of the cloud's own SDK; the repository's stacks have none.
var DiffExceptions = []DiffException{
	{"ConfigMap", "data.GCS_BUCKET", nil, "ADR-002 names the keys by cloud"},
	{"ConfigMap", "data.GCS_MODEL_PATH", nil, "ADR-002 names the keys by cloud"},
	{"ConfigMap", "data.S3_BUCKET", nil, "ADR-002 names the keys by cloud"},
	{"ConfigMap", "data.S3_MODEL_PATH", nil, "ADR-002 names the keys by cloud"},
	{"ConfigMap", "data.ARTIFACTS", normalizeBucketNames, "buckets are named by project or by account"},
	{"ConfigMap", "data.GCE_METADATA_HOST", nil, "where GKE hands out a pod's token"},
	{"ConfigMap", "data.AWS_REGION", nil, "the AWS SDK asks for it"},
	{"ConfigMap", "data.AWS_EC2_METADATA_DISABLED", nil, "a pod without a role must not read as the node"},
	{"ConfigMap", "data.STORAGE_EMULATOR_HOST", nil, "a configured endpoint, in the SDK's words"},
	{"ConfigMap", "data.AWS_ENDPOINT_URL_S3", nil, "a configured endpoint, in the SDK's words"},
	{"ConfigMap", "data.AWS_ENDPOINT_URL_STS", nil, "a configured endpoint, in the SDK's words"},
	{"ServiceAccount", "metadata.annotations.eks.amazonaws.com/role-arn", nil, "IRSA ties an account to its role by it; GKE needs nothing"},
	{"*", "metadata.labels.modelferry.dev/stack", nil, "each stack has its name"},
	{"Deployment", "spec.template.metadata.labels.modelferry.dev/stack", nil, "each stack has its name"},
	{"NetworkPolicy", "spec.egress." + egressRuleKey("169.254.169.254/32", 80), nil, "GKE's metadata server hands out tokens"},
	{"NetworkPolicy", "spec.egress." + egressRuleKey("169.254.169.252/32", 988), nil, "the same, on clusters with Calico"},
	{"NetworkPolicy", "spec.egress." + egressRuleKey("10.0.0.1/32", 9443), nil, "a configured endpoint of STS"},
	{"Ingress", "spec.ingressClassName", nil, "GKE's controller knows its classes by an annotation, AWS' by this"},
	{"Ingress", "metadata.annotations.kubernetes.io/ingress.class", nil, "GKE's load balancer"},
	{"Ingress", "metadata.annotations.kubernetes.io/ingress.allow-http", nil, "GKE's load balancer: HTTPS alone"},
	{"Ingress", "metadata.annotations.ingress.gcp.kubernetes.io/pre-shared-cert", nil, "GKE's load balancer: the certificate"},
	{"Ingress", "metadata.annotations.alb.ingress.kubernetes.io/scheme", nil, "AWS' load balancer: internal or not"},
	{"Ingress", "metadata.annotations.alb.ingress.kubernetes.io/target-type", nil, "AWS' load balancer: the pods themselves"},
	{"Ingress", "metadata.annotations.alb.ingress.kubernetes.io/listen-ports", nil, "AWS' load balancer: HTTPS alone"},
	{"Ingress", "metadata.annotations.alb.ingress.kubernetes.io/certificate-arn", nil, "AWS' load balancer: the certificate"},
	{"Ingress", "metadata.annotations.alb.ingress.kubernetes.io/ssl-policy", nil, "AWS' load balancer: versions of TLS"},
	{"Ingress", "metadata.annotations.networking.gke.io/v1beta1.FrontendConfig", nil, "GKE's load balancer: versions of TLS"},
	{"FrontendConfig", "*", nil, "GKE's load balancer: versions of TLS, in an object of their own"},
	{"Ingress", "metadata.annotations.alb.ingress.kubernetes.io/tags", nil, "AWS' load balancer: whose it is; Google's has no labels"},
	{"Service", "metadata.annotations.cloud.google.com/neg", nil, "GKE's load balancer speaks to pods by it; AWS' by its Ingress"},
	{"Service", "metadata.annotations.alb.ingress.kubernetes.io/healthcheck-path", nil, "AWS' load balancer; Google's reads the readiness probe"},
	{"Namespace", "metadata.labels.elbv2.k8s.aws/pod-readiness-gate-inject", nil, "AWS' load balancer; GKE does so unasked"},
	{"NetworkPolicy", "spec.ingress.0.from.1.ipBlock.cidr", nil, "where a load balancer speaks from"},
	{"NetworkPolicy", "spec.ingress.0.from.2.ipBlock.cidr", nil, "where a load balancer speaks from"},
	{"PersistentVolume", "*", nil, "AWS' driver mounts no volumes of a pod's own"},
	{"PersistentVolumeClaim", "*", nil, "AWS' driver mounts no volumes of a pod's own"},
	{"Deployment", "spec.template.metadata.annotations.gke-gcsfuse/volumes", nil, "GKE's driver finds its pods by it"},
	{"Deployment", "spec.template.spec.volumes.*.csi.driver", nil, "a mounted bucket, by the pod's own word"},
	{"Deployment", "spec.template.spec.volumes.*.csi.readOnly", nil, "a mounted bucket, by the pod's own word"},
	{"Deployment", "spec.template.spec.volumes.*.csi.volumeAttributes.bucketName", nil, "a mounted bucket, by the pod's own word"},
	{"Deployment", "spec.template.spec.volumes.*.csi.volumeAttributes.mountOptions", nil, "a mounted bucket, by the pod's own word"},
	{"Deployment", "spec.template.spec.volumes.*.csi.volumeAttributes.skipCSIBucketAccessCheck", nil, "a mounted bucket, by the pod's own word"},
	{"Deployment", "spec.template.spec.volumes.*.persistentVolumeClaim.claimName", nil, "a mounted bucket, by a claim"},
	{"Deployment", "spec.template.spec.volumes.*.persistentVolumeClaim.readOnly", nil, "a mounted bucket, by a claim"},
	{"Deployment", "spec.template.spec.containers.*.image", normalizeRegistry, "images come from the cloud's own registry"},
	{"Deployment", "spec.template.spec.initContainers.*.image", normalizeRegistry, "images come from the cloud's own registry"},
}

// egressRuleKey is the rule of a policy that opens one place. A rule has no name and
// its place in the list says nothing: it is compared by what it says.
func egressRuleKey(cidr string, port float64) string {
	return MarshalRule(EgressRule(cidr, port))
}

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
