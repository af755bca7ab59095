package aws

import (
	"fmt"
	"slices"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/provider"
)

// sdkError returns an error of the AWS SDK with the words that terraform-provider-aws 5.100 puts before it. The text is
// a provider.Template that begins with the error's code: after "api error" if the SDK has no type for it.
// https://github.com/hashicorp/boundary/pull/5646 https://github.com/port-labs/ocean/pull/854
func sdkError(action, service, operation string, status int, text string) provider.OutputFunc {
	return provider.Template(fmt.Sprintf("%s: operation error %s: %s, https response error StatusCode: %d, RequestID: local, %s",
		action, service, operation, status, text))
}

// refusals are what AWS refuses of the resources that the program has.
var refusals = map[string]provider.Refusals{
	bucketType: {Create: []provider.Refusal{
		// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html#API_CreateBucket_Errors
		provider.RefuseIf(isForeignBucket, sdkError("creating S3 Bucket ({bucket})", "S3", "CreateBucket", 409, "BucketAlreadyExists: ")),
		provider.Taken(sdkError("creating S3 Bucket ({bucket})", "S3", "CreateBucket", 409, "BucketAlreadyOwnedByYou: ")),
	}},
	"aws:s3/bucketLoggingV2:BucketLoggingV2": {Create: []provider.Refusal{
		provider.Missing("targetBucket", bucketType, "id", sdkError("creating S3 Bucket Logging ({bucket})", "S3", "PutBucketLogging", 400,
			// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
			"api error InvalidTargetBucketForLogging: The target bucket for logging does not exist")),
	}},
	RoleType: {
		Create: []provider.Refusal{provider.Taken(sdkError("creating IAM Role ({name})", "IAM", "CreateRole", 409,
			"EntityAlreadyExists: Role with name {name} already exists."))},
		// https://github.com/hashicorp/boundary/pull/5646 https://github.com/ekristen/aws-nuke/issues/203
		Delete: []provider.Refusal{
			provider.InUse(sdkError("deleting IAM Role ({name})", "IAM", "DeleteRole", 409,
				"DeleteConflict: Cannot delete entity, must detach all policies first."), rolePolicyAttachmentType+" role"),
			provider.InUse(sdkError("deleting IAM Role ({name})", "IAM", "DeleteRole", 409,
				"DeleteConflict: Cannot delete entity, must delete policies first."), rolePolicyType+" role"),
		},
	},
	OIDCProviderType: {Create: []provider.Refusal{
		// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
		provider.Taken(sdkError("creating IAM OIDC Provider", "IAM", "CreateOpenIDConnectProvider", 409,
			"EntityAlreadyExists: Provider with url {url} already exists.")),
	}},
	"aws:kms/alias:Alias": {Create: []provider.Refusal{
		// https://github.com/cloudbees-oss/terraform-aws-cloudbees-ci-eks-addon/issues/66
		provider.Taken(sdkError("creating KMS Alias ({name})", "KMS", "CreateAlias", 400,
			"AlreadyExistsException: An alias with the name {arn} already exists")),
	}},
	"aws:ecr/repository:Repository": {Create: []provider.Refusal{
		// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
		provider.Taken(sdkError("creating ECR Repository ({name})", "ECR", "CreateRepository", 400,
			"RepositoryAlreadyExistsException: The repository with name '{name}' already exists in the registry with id '{registryId}'")),
	}},
	LogGroupType: {Create: []provider.Refusal{
		// EKS creates the group of a cluster that logs.
		// https://github.com/anomalyco/sst/pull/3767 https://github.com/cloudposse/terraform-aws-eks-cluster/issues/67
		provider.RefuseIf(isLogGroupOfCluster, logGroupExists), provider.Taken(logGroupExists),
	}},
	launchTemplateType: {Create: []provider.Refusal{
		// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
		provider.Taken(sdkError("creating EC2 Launch Template ({name})", "EC2", "CreateLaunchTemplate", 400,
			"api error InvalidLaunchTemplateName.AlreadyExistsException: Launch template name already in use."), "name"),
	}},
}

var logGroupExists = sdkError("creating CloudWatch Logs Log Group ({name})", "CloudWatch Logs", "CreateLogGroup", 400,
	"ResourceAlreadyExistsException: The specified log group already exists")

func isForeignBucket(r *provider.Request, _ *cloudstate.Cloud) bool {
	account, err := r.Cloud.Account()
	return err == nil && slices.Contains(account.ForeignBuckets, r.GetString("bucket"))
}

func isLogGroupOfCluster(r *provider.Request, cloud *cloudstate.Cloud) bool {
	return slices.ContainsFunc(cloud.OfType(ClusterType), func(cluster cloudstate.Resource) bool {
		return r.GetString("name") == "/aws/eks/"+cluster.ID+"/cluster"
	})
}
