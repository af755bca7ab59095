package stacktest

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Values that the mock clouds compute.
const (
	// ClusterCA is the CA certificate of the clusters, base64 of PEM.
	ClusterCA = "Y2VydGlmaWNhdGU="
	// GKEEndpoint and EKSEndpoint are the endpoints of the API servers: an address on GKE, a URL on EKS.
	GKEEndpoint = "198.51.100.7"
	EKSEndpoint = "https://0123.gr7.eu-west-1.eks.amazonaws.com"
	// ProjectNumber is the number of the Google Cloud project, AccountID the AWS account.
	ProjectNumber = "424242424242"
	AccountID     = "123456789012"
	// CallerArn is the role session that runs the program, ClusterArn the EKS cluster.
	CallerArn  = "arn:aws:sts::" + AccountID + ":assumed-role/ml-platform/test"
	ClusterArn = "arn:aws:eks:eu-west-1:" + AccountID + ":cluster/main"
	// GKELocation is the parent of GKE clusters.
	GKELocation = "projects/modelferry-demo/locations/europe-west1"
	// PublicSubnet is a subnet that assigns public addresses.
	PublicSubnet = "subnet-0c"
	// KubernetesVersion is the version of an EKS cluster whose config sets none.
	KubernetesVersion = "1.34"
	// VPC and Subnet are those of an existing EKS cluster. Every cluster has the SecurityGroup.
	VPC           = "vpc-0123"
	Subnet        = "subnet-0123"
	SecurityGroup = "sg-0123"
	// OIDCIssuer is the issuer of the EKS cluster's tokens, OIDCProviderArn its identity provider in IAM.
	OIDCIssuer      = "https://oidc.eks.eu-west-1.amazonaws.com/id/0123"
	OIDCProviderArn = "arn:aws:iam::" + AccountID + ":oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/0123"
)

// KMSKeyArn returns the ARN of the KMS key with a resource name.
func KMSKeyArn(name string) string { return "arn:aws:kms:eu-west-1:" + AccountID + ":key/" + name }

// AddonVersion returns the default version of an EKS add-on for a Kubernetes version.
func AddonVersion(addon, kubernetesVersion string) string {
	return fmt.Sprintf("v%s.0-eksbuild.%d", kubernetesVersion, len(addon))
}

type object = map[string]any

// computedOutputs returns the inputs of a resource with the outputs that a cloud adds.
func computedOutputs(typ, name string, inputs resource.PropertyMap) resource.PropertyMap {
	outputs := inputs.Copy()
	inputOrGenerated := func(key resource.PropertyKey) string {
		if value, ok := inputs[key]; ok && value.IsString() {
			return value.StringValue()
		}
		return name + "-0a1b2c3" // the engine generates the name
	}
	var computed object
	switch typ {
	case "gcp:compute/network:Network", "gcp:compute/subnetwork:Subnetwork":
		computed = object{"selfLink": "https://www.googleapis.com/compute/v1/" + name}
	case "gcp:compute/sSLPolicy:SSLPolicy":
		computed = object{"name": inputOrGenerated("name")}
	case "gcp:container/cluster:Cluster":
		computed = object{"endpoint": GKEEndpoint, "masterAuth": object{"clusterCaCertificate": ClusterCA}}
	case "gcp:artifactregistry/repository:Repository":
		computed = object{"name": inputOrGenerated("repositoryId")}
	case "gcp:serviceaccount/account:Account":
		computed = object{"email": inputOrGenerated("accountId") + "@modelferry-demo.iam.gserviceaccount.com"}
	case "aws:eks/cluster:Cluster":
		computed = eksClusterOutputs()
		vpcConfig := inputs["vpcConfig"].ObjectValue().Mappable()
		vpcConfig["clusterSecurityGroupId"] = SecurityGroup
		computed["vpcConfig"] = vpcConfig
		if !inputs.HasValue("version") {
			computed["version"] = KubernetesVersion
		}
	case "aws:eks/nodeGroup:NodeGroup":
		computed = object{"resources": []any{object{"autoscalingGroups": []any{object{"name": "eks-" + name}}}}}
	case "aws:iam/role:Role":
		path := "/"
		if inputs.HasValue("path") {
			path = inputs["path"].StringValue()
		}
		computed = object{"name": inputOrGenerated("name"), "arn": "arn:aws:iam::" + AccountID + ":role" + path + inputOrGenerated("name")}
	case "aws:iam/openIdConnectProvider:OpenIdConnectProvider":
		computed = object{"arn": OIDCProviderArn}
	case "aws:ec2/launchTemplate:LaunchTemplate":
		computed = object{"latestVersion": 1}
	case "aws:kms/key:Key":
		computed = object{"arn": KMSKeyArn(name)}
	case "aws:s3/bucketV2:BucketV2":
		computed = object{"arn": "arn:aws:s3:::" + inputOrGenerated("bucket")}
	}
	for key, value := range resource.NewPropertyMapFromMap(computed) {
		outputs[key] = value
	}
	return outputs
}

// previewOutputs returns the outputs of a resource that are known in a preview: its inputs, except those to which the
// cloud adds values.
func previewOutputs(typ string, inputs resource.PropertyMap) resource.PropertyMap {
	outputs := inputs.Copy()
	if typ == "aws:eks/cluster:Cluster" {
		delete(outputs, "vpcConfig")
	}
	return outputs
}

// withGeneratedName adds a name to a Kubernetes object that has none. The provider generates it in Check, so it is
// known in a preview too.
func withGeneratedName(name string, inputs resource.PropertyMap) resource.PropertyMap {
	meta, ok := inputs["metadata"]
	if !ok || !meta.IsObject() || meta.ObjectValue().HasValue("name") {
		return inputs
	}
	object, metadata := inputs.Copy(), meta.ObjectValue().Copy()
	metadata["name"] = resource.NewStringProperty(name + "-0a1b2c3")
	object["metadata"] = resource.NewObjectProperty(metadata)
	return object
}

func eksClusterOutputs() object {
	return object{
		"arn":                  ClusterArn,
		"endpoint":             EKSEndpoint,
		"certificateAuthority": object{"data": ClusterCA},
		"identities":           []any{object{"oidcs": []any{object{"issuer": OIDCIssuer}}}},
	}
}

// availabilityZones returns the names of the region's zones as AWS does: sorted by name, with the Local Zone that the
// account has opted in to, unless a filter excludes it.
func availabilityZones(args resource.PropertyMap) []any {
	var names []any
	filters, _ := args["filters"].Mappable().([]any)
	optInFilter := object{"name": "opt-in-status", "values": []any{"opt-in-not-required"}}
	if !slices.ContainsFunc(filters, func(filter any) bool { return reflect.DeepEqual(filter, optInFilter) }) {
		names = append(names, "eu-west-1-lcl-1a")
	}
	return append(names, "eu-west-1a", "eu-west-1b", "eu-west-1c", "eu-west-1d")
}

// invokeResult returns the result of a provider's function.
func invokeResult(token string, args resource.PropertyMap) resource.PropertyMap {
	result := args.Copy()
	var computed object
	switch token {
	case "gcp:organizations/getProject:getProject":
		computed = object{"number": ProjectNumber}
	case "gcp:storage/getProjectServiceAccount:getProjectServiceAccount":
		computed = object{"emailAddress": "service-" + ProjectNumber + "@gs-project-accounts.iam.gserviceaccount.com"}
	case "gcp:container/getCluster:getCluster":
		computed = object{
			"id":       GKELocation + "/clusters/" + args["name"].StringValue(),
			"endpoint": GKEEndpoint, "masterAuths": []any{object{"clusterCaCertificate": ClusterCA}},
			"network": "default", "subnetwork": "default",
			"workloadIdentityConfigs": []any{object{"workloadPool": "modelferry-demo.svc.id.goog"}},
		}
	case "aws:index/getCallerIdentity:getCallerIdentity":
		computed = object{"accountId": AccountID, "arn": CallerArn}
	case "aws:index/getAvailabilityZones:getAvailabilityZones":
		computed = object{"names": availabilityZones(args)}
	case "aws:eks/getAddonVersion:getAddonVersion":
		computed = object{"version": AddonVersion(args["addonName"].StringValue(), args["kubernetesVersion"].StringValue())}
	case "aws:ec2/getSubnet:getSubnet":
		computed = object{"mapPublicIpOnLaunch": args["id"].StringValue() == PublicSubnet}
	case "aws:eks/getCluster:getCluster":
		computed = eksClusterOutputs()
		computed["vpcConfig"] = object{"vpcId": VPC, "subnetIds": []any{Subnet}, "clusterSecurityGroupId": SecurityGroup}
		computed["certificateAuthorities"] = []any{object{"data": ClusterCA}}
	case "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider":
		computed = object{"arn": OIDCProviderArn}
	}
	for key, value := range resource.NewPropertyMapFromMap(computed) {
		result[key] = value
	}
	return result
}
