package stacktest

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// What the clouds answer, for tests to find again in the program's resources.
const (
	// CA is the clusters' certificate, as base64 of PEM.
	CA = "Y2VydGlmaWNhdGU="
	// GKEAddress and EKSURL are where the API servers are, in each cloud's own terms.
	GKEAddress = "198.51.100.7"
	EKSURL     = "https://0123.gr7.eu-west-1.eks.amazonaws.com"
	// ProjectNumber of the Google Cloud project; Account of AWS.
	ProjectNumber = "424242424242"
	Account       = "123456789012"
	// Caller is who runs the program, and ClusterArn the cluster that it makes or finds.
	Caller     = "arn:aws:sts::" + Account + ":assumed-role/ml-platform/test"
	ClusterArn = "arn:aws:eks:eu-west-1:" + Account + ":cluster/main"
	// OpenSubnet gives its machines public addresses.
	OpenSubnet = "subnet-0c"
	// Version of Kubernetes that a cluster has where nobody asks for one.
	Version = "1.34"
	// Issuer of the EKS cluster's tokens, and ProviderArn under which IAM knows it.
	Issuer      = "https://oidc.eks.eu-west-1.amazonaws.com/id/0123"
	ProviderArn = "arn:aws:iam::" + Account + ":oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/0123"
)

// KeyArn is that of the key that the program calls by this name.
func KeyArn(name string) string { return "arn:aws:kms:eu-west-1:" + Account + ":key/" + name }

type object = map[string]any

// outputs returns the inputs and what a cloud adds to them.
func outputs(typ, name string, inputs resource.PropertyMap) resource.PropertyMap {
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
		computed = object{"endpoint": GKEAddress, "masterAuth": object{"clusterCaCertificate": CA}}
	case "gcp:artifactregistry/repository:Repository":
		computed = object{"name": text("repositoryId")}
	case "gcp:serviceaccount/account:Account":
		computed = object{"email": text("accountId") + "@modelferry-demo.iam.gserviceaccount.com"}
	case "aws:eks/cluster:Cluster":
		computed = eksCluster()
		if !inputs.HasValue("version") {
			computed["version"] = Version
		}
	case "aws:eks/nodeGroup:NodeGroup":
		computed = object{"resources": []any{object{"autoscalingGroups": []any{object{"name": "eks-" + name}}}}}
	case "aws:iam/role:Role":
		computed = object{"name": text("name"), "arn": "arn:aws:iam::" + Account + ":role/" + text("name")}
	case "aws:iam/openIdConnectProvider:OpenIdConnectProvider":
		computed = object{"arn": ProviderArn}
	case "aws:ec2/launchTemplate:LaunchTemplate":
		computed = object{"latestVersion": 1}
	case "aws:kms/key:Key":
		computed = object{"arn": KeyArn(name)}
	case "aws:s3/bucketV2:BucketV2":
		computed = object{"arn": "arn:aws:s3:::" + text("bucket")}
	}
	for key, value := range resource.NewPropertyMapFromMap(computed) {
		all[key] = value
	}
	return all
}

// named gives a Kubernetes object without a name one, as the provider does
// before it looks at anything else: so it is known in a preview too.
func named(name string, inputs resource.PropertyMap) resource.PropertyMap {
	meta, ok := inputs["metadata"]
	if !ok || !meta.IsObject() || meta.ObjectValue().HasValue("name") {
		return inputs
	}
	all, whole := inputs.Copy(), meta.ObjectValue().Copy()
	whole["name"] = resource.NewStringProperty(name + "-0a1b2c3")
	all["metadata"] = resource.NewObjectProperty(whole)
	return all
}

func eksCluster() object {
	return object{
		"arn":                  ClusterArn,
		"endpoint":             EKSURL,
		"certificateAuthority": object{"data": CA},
		"identities":           []any{object{"oidcs": []any{object{"issuer": Issuer}}}},
	}
}

// answer returns what a provider's function does.
func answer(token string, args resource.PropertyMap) resource.PropertyMap {
	all := args.Copy()
	var answered object
	switch token {
	case "gcp:organizations/getProject:getProject":
		answered = object{"number": ProjectNumber}
	case "gcp:storage/getProjectServiceAccount:getProjectServiceAccount":
		answered = object{"emailAddress": "service-" + ProjectNumber + "@gs-project-accounts.iam.gserviceaccount.com"}
	case "gcp:container/getCluster:getCluster":
		answered = object{"endpoint": GKEAddress, "masterAuths": []any{object{"clusterCaCertificate": CA}}}
	case "aws:index/getCallerIdentity:getCallerIdentity":
		answered = object{"accountId": Account, "arn": Caller}
	case "aws:index/getAvailabilityZones:getAvailabilityZones":
		answered = object{"names": []any{"eu-west-1a", "eu-west-1b", "eu-west-1c"}}
	case "aws:ec2/getSubnet:getSubnet":
		answered = object{"mapPublicIpOnLaunch": args["id"].StringValue() == OpenSubnet}
	case "aws:eks/getCluster:getCluster":
		answered = eksCluster()
		answered["certificateAuthorities"] = []any{object{"data": CA}}
	case "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider":
		answered = object{"arn": ProviderArn}
	}
	for key, value := range resource.NewPropertyMapFromMap(answered) {
		all[key] = value
	}
	return all
}
