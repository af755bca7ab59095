package stacktest

import (
	"slices"
)

// Platform is a cloud as the suite sees it: the same questions of each, and
// the answers that the cloud gives to them.
type Platform struct {
	Stack string
	// Keys of the ConfigMap for the model's bucket and path, and what else is in it.
	BucketEnvVar, PathEnvVar string
	Env                      map[string]any
	// Names of the buckets by the catalogue's names.
	Buckets map[string]string
	// Registry of the images.
	Registry string
	// ServiceAccountAnnotations of the service account of a Deployment.
	ServiceAccountAnnotations func(deployment string) map[string]any
	// Identity of a Deployment's pods, in the cloud's terms.
	Identity func(deployment string) string
	// GrantType is the type of what lets an identity read, by the name's beginning.
	GrantType string
	// Nodes and Cluster are types of what runs the pods; Network of where.
	ClusterType, NodePoolType, NetworkType string
}

// Platforms are the clouds, GKE first.
var Platforms = []Platform{GKE, EKS}

// GKE is Google Cloud.
var GKE = Platform{
	Stack: "gke", BucketEnvVar: "GCS_BUCKET", PathEnvVar: "GCS_MODEL_PATH",
	Env:                       map[string]any{"GCE_METADATA_HOST": "169.254.169.254"},
	Buckets:                   map[string]string{"models": "modelferry-demo-gke-models", "datasets": "modelferry-demo-gke-datasets", "access-logs": "modelferry-demo-gke-access-logs"},
	Registry:                  "europe-west1-docker.pkg.dev/modelferry-demo/",
	ServiceAccountAnnotations: func(string) map[string]any { return nil },
	Identity: func(deployment string) string {
		return "principal://iam.googleapis.com/projects/" + ProjectNumber +
			"/locations/global/workloadIdentityPools/modelferry-demo.svc.id.goog/subject/ns/ml-portfolio/sa/" + deployment
	},
	GrantType:   "gcp:storage/managedFolderIamMember:ManagedFolderIamMember",
	ClusterType: "gcp:container/cluster:Cluster", NodePoolType: "gcp:container/nodePool:NodePool", NetworkType: "gcp:compute/network:Network",
}

// EKS is AWS.
var EKS = Platform{
	Stack: "eks", BucketEnvVar: "S3_BUCKET", PathEnvVar: "S3_MODEL_PATH",
	Env:      map[string]any{"AWS_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true"},
	Buckets:  map[string]string{"models": "123456789012-eu-west-1-eks-models", "datasets": "123456789012-eu-west-1-eks-datasets", "access-logs": "123456789012-eu-west-1-eks-access-logs"},
	Registry: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/",
	ServiceAccountAnnotations: func(deployment string) map[string]any {
		return map[string]any{"eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/" + deployment + "-0a1b2c3"}
	},
	Identity:    func(deployment string) string { return "arn:aws:iam::123456789012:role/" + deployment + "-0a1b2c3" },
	GrantType:   "aws:iam/rolePolicy:RolePolicy",
	ClusterType: "aws:eks/cluster:Cluster", NodePoolType: "aws:eks/nodeGroup:NodeGroup", NetworkType: "aws:ec2/vpc:Vpc",
}

// ServiceGrants returns what lets the services' identities read.
func ServiceGrants(p Platform, r *Record) []Registration {
	return slices.DeleteFunc(r.ByType(p.GrantType), func(each Registration) bool { return each.Name == ClusterAutoscalerName })
}

// ClusterAutoscalerName is the resource name of what AWS knows of the nodes' autoscaler.
const ClusterAutoscalerName = "modelferry-cluster-autoscaler"
