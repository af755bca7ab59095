package stacktest

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// What the clouds answer, for tests to find again in the program's resources.
const (
	// ClusterCA is the clusters' certificate, as base64 of PEM.
	ClusterCA = "Y2VydGlmaWNhdGU="
	// GKEEndpoint and EKSURL are where the API servers are, in each cloud's own terms.
	GKEEndpoint = "198.51.100.7"
	EKSEndpoint = "https://0123.gr7.eu-west-1.eks.amazonaws.com"
	// ProjectNumber of the Google Cloud project; Account of AWS.
	ProjectNumber = "424242424242"
	AccountID     = "123456789012"
	// CallerArn is who runs the program, and ClusterArn the cluster that it makes or finds.
	CallerArn  = "arn:aws:sts::" + AccountID + ":assumed-role/ml-platform/test"
	ClusterArn = "arn:aws:eks:eu-west-1:" + AccountID + ":cluster/main"
	// PublicSubnet gives its machines public addresses.
	PublicSubnet = "subnet-0c"
	// KubernetesVersion of Kubernetes that a cluster has where nobody asks for one.
	KubernetesVersion = "1.34"
	// OIDCIssuer of the EKS cluster's tokens, and ProviderArn under which IAM knows it.
	OIDCIssuer      = "https://oidc.eks.eu-west-1.amazonaws.com/id/0123"
	OIDCProviderArn = "arn:aws:iam::" + AccountID + ":oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/0123"
)

// KMSKeyArn is that of the key that the program calls by this name.
func KMSKeyArn(name string) string { return "arn:aws:kms:eu-west-1:" + AccountID + ":key/" + name }

type object = map[string]any

// computedOutputs returns the inputs and what a cloud adds to them.
func computedOutputs(typ, name string, inputs resource.PropertyMap) resource.PropertyMap {
	all := inputs.Copy()
	text := func(key resource.PropertyKey) string {
		if value, ok := inputs[key]; ok && value.IsString() {
			return value.StringValue()
		}
		return name + "-0a1b2c3" // a name that the engine makes up
	}
	var computed object
	switch typ {
	case "gcp:compute/network:Network", "gcp:compute/subnetwork:Subnetwork":
		computed = object{"selfLink": "https://www.googleapis.com/compute/v1/" + name}
	case "gcp:compute/sSLPolicy:SSLPolicy":
		computed = object{"name": text("name")}
	case "gcp:container/cluster:Cluster":
		computed = object{"endpoint": GKEEndpoint, "masterAuth": object{"clusterCaCertificate": ClusterCA}}
	case "gcp:artifactregistry/repository:Repository":
		computed = object{"name": text("repositoryId")}
	case "gcp:serviceaccount/account:Account":
		computed = object{"email": text("accountId") + "@modelferry-demo.iam.gserviceaccount.com"}
	case "aws:eks/cluster:Cluster":
		computed = eksClusterOutputs()
		if !inputs.HasValue("version") {
			computed["version"] = KubernetesVersion
		}
	case "aws:eks/nodeGroup:NodeGroup":
		computed = object{"resources": []any{object{"autoscalingGroups": []any{object{"name": "eks-" + name}}}}}
	case "aws:iam/role:Role":
		computed = object{"name": text("name"), "arn": "arn:aws:iam::" + AccountID + ":role/" + text("name")}
	case "aws:iam/openIdConnectProvider:OpenIdConnectProvider":
		computed = object{"arn": OIDCProviderArn}
	case "aws:ec2/launchTemplate:LaunchTemplate":
		computed = object{"latestVersion": 1}
	case "aws:kms/key:Key":
		computed = object{"arn": KMSKeyArn(name)}
	case "aws:s3/bucketV2:BucketV2":
		computed = object{"arn": "arn:aws:s3:::" + text("bucket")}
	}
	for key, value := range resource.NewPropertyMapFromMap(computed) {
		all[key] = value
	}
	return all
}

// withGeneratedName gives a Kubernetes object without a name one, as the provider does
// before it looks at anything else: so it is known in a preview too.
func withGeneratedName(name string, inputs resource.PropertyMap) resource.PropertyMap {
	meta, ok := inputs["metadata"]
	if !ok || !meta.IsObject() || meta.ObjectValue().HasValue("name") {
		return inputs
	}
	all, whole := inputs.Copy(), meta.ObjectValue().Copy()
	whole["name"] = resource.NewStringProperty(name + "-0a1b2c3")
	all["metadata"] = resource.NewObjectProperty(whole)
	return all
}

func eksClusterOutputs() object {
	return object{
		"arn":                  ClusterArn,
		"endpoint":             EKSEndpoint,
		"certificateAuthority": object{"data": ClusterCA},
		"identities":           []any{object{"oidcs": []any{object{"issuer": OIDCIssuer}}}},
	}
}

// invokeResult returns what a provider's function does.
func invokeResult(token string, args resource.PropertyMap) resource.PropertyMap {
	all := args.Copy()
	var answered object
	switch token {
	case "gcp:organizations/getProject:getProject":
		answered = object{"number": ProjectNumber}
	case "gcp:storage/getProjectServiceAccount:getProjectServiceAccount":
		answered = object{"emailAddress": "service-" + ProjectNumber + "@gs-project-accounts.iam.gserviceaccount.com"}
	case "gcp:container/getCluster:getCluster":
		answered = object{"endpoint": GKEEndpoint, "masterAuths": []any{object{"clusterCaCertificate": ClusterCA}}}
	case "aws:index/getCallerIdentity:getCallerIdentity":
		answered = object{"accountId": AccountID, "arn": CallerArn}
	case "aws:index/getAvailabilityZones:getAvailabilityZones":
		answered = object{"names": []any{"eu-west-1a", "eu-west-1b", "eu-west-1c"}}
	case "aws:ec2/getSubnet:getSubnet":
		answered = object{"mapPublicIpOnLaunch": args["id"].StringValue() == PublicSubnet}
	case "aws:eks/getCluster:getCluster":
		answered = eksClusterOutputs()
		answered["certificateAuthorities"] = []any{object{"data": ClusterCA}}
	case "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider":
		answered = object{"arn": OIDCProviderArn}
	}
	for key, value := range resource.NewPropertyMapFromMap(answered) {
		all[key] = value
	}
	return all
}
