package stacktest

import "slices"

// Platform is a cloud with the values that tests expect on it.
type Platform struct {
	// Stack is the name of the cloud's stack in the repository.
	Stack string
	// BucketEnvVar and PathEnvVar are the ConfigMap's keys for the model's bucket and path.
	BucketEnvVar, PathEnvVar string
	// Env has the cloud's own keys of the ConfigMap.
	Env map[string]any
	// ServerEnv are variables that the cloud adds to the servers.
	ServerEnv map[string]any
	// Buckets are the buckets' names by config key.
	Buckets map[string]string
	// Registry is the prefix of image references.
	Registry string
	// ServiceAccountAnnotations returns the annotations of a Deployment's service account.
	ServiceAccountAnnotations func(deployment string) map[string]any
	// Identity returns the principal or role of a Deployment's pods.
	Identity func(deployment string) string
	// GrantType is the type of the resources that allow the pods to read buckets.
	GrantType string
	// ClusterType, NodePoolType and NetworkType are types of the cloud's resources.
	ClusterType, NodePoolType, NetworkType string
}

// Platforms are the clouds that the program supports.
var Platforms = []Platform{GKE, EKS}

// GKE is Google Cloud with the stack gke.
var GKE = Platform{
	Stack: "gke", BucketEnvVar: "GCS_BUCKET", PathEnvVar: "GCS_MODEL_PATH",
	Env: map[string]any{"GCE_METADATA_HOST": "169.254.169.254"},
	Buckets: map[string]string{
		"models": "modelferry-demo-gke-models", "datasets": "modelferry-demo-gke-datasets",
		"access-logs": "modelferry-demo-gke-access-logs",
	},
	Registry:                  "europe-west1-docker.pkg.dev/modelferry-demo/",
	ServiceAccountAnnotations: func(string) map[string]any { return nil },
	Identity: func(deployment string) string {
		return "principal://iam.googleapis.com/projects/" + ProjectNumber +
			"/locations/global/workloadIdentityPools/modelferry-demo.svc.id.goog/subject/ns/ml-portfolio/sa/" + deployment
	},
	GrantType:    "gcp:storage/managedFolderIamMember:ManagedFolderIamMember",
	ClusterType:  "gcp:container/cluster:Cluster",
	NodePoolType: "gcp:container/nodePool:NodePool",
	NetworkType:  "gcp:compute/network:Network",
}

// EKS is AWS with the stack eks.
var EKS = Platform{
	Stack: "eks", BucketEnvVar: "S3_BUCKET", PathEnvVar: "S3_MODEL_PATH",
	Env:       map[string]any{"AWS_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true"},
	ServerEnv: map[string]any{"AWS_EC2_METADATA_DISABLED": "true"},
	Buckets: map[string]string{
		"models":   AccountID + "-eu-west-1-eks-models",
		"datasets": AccountID + "-eu-west-1-eks-datasets", "access-logs": AccountID + "-eu-west-1-eks-access-logs",
	},
	Registry: AccountID + ".dkr.ecr.eu-west-1.amazonaws.com/",
	ServiceAccountAnnotations: func(deployment string) map[string]any {
		return map[string]any{"eks.amazonaws.com/role-arn": roleArn(deployment)}
	},
	Identity:     roleArn,
	GrantType:    "aws:iam/rolePolicy:RolePolicy",
	ClusterType:  "aws:eks/cluster:Cluster",
	NodePoolType: "aws:eks/nodeGroup:NodeGroup",
	NetworkType:  "aws:ec2/vpc:Vpc",
}

// roleArn returns the ARN of a role whose name the engine generated.
func roleArn(name string) string { return "arn:aws:iam::" + AccountID + ":role/" + name + "-0a1b2c3" }

// ClusterAutoscalerName is the resource name of the Cluster Autoscaler's role and role policy.
const ClusterAutoscalerName = "modelferry-cluster-autoscaler"

// ServiceGrants returns the resources that allow the services' pods to read buckets.
func ServiceGrants(p Platform, r *Record) []Registration {
	return slices.DeleteFunc(r.ByType(p.GrantType), func(grant Registration) bool { return grant.Name == ClusterAutoscalerName })
}
