package aws

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"

	"github.com/modelferry/modelferry/local/internal/provider"
)

var bucketResources = map[string]provider.Resource{
	bucketType: {
		Args: s3.BucketV2Args{}, State: s3.BucketV2State{}, NameProperty: "bucket",
		ReplaceOnChanges: []string{"bucket", "bucketPrefix", "objectLockEnabled"},
		ID:               provider.Template("{bucket}"),
		Outputs: map[string]provider.OutputFunc{
			"arn":                      provider.Template("arn:aws:s3:::{bucket}"),
			"bucketDomainName":         provider.Template("{bucket}.s3.amazonaws.com"),
			"bucketRegionalDomainName": provider.Template("{bucket}.s3.{region}.amazonaws.com"),
			"hostedZoneId":             provider.ConstOutput("Z3AQBSTGFYJSTF"),
		},
		Create: createBucket, Delete: deleteBucket, Exists: bucketExists, Reconcile: reconcileAccess,
	},
	"aws:s3/bucketVersioningV2:BucketVersioningV2": {
		Args: s3.BucketVersioningV2Args{}, State: s3.BucketVersioningV2State{},
		ReplaceOnChanges: []string{"bucket", "expectedBucketOwner"}, ID: provider.Template("{bucket}"),
		Create: applyVersioning, Update: applyVersioning, Delete: suspendVersioning,
	},
	"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
		Args: s3.BucketPublicAccessBlockArgs{}, State: s3.BucketPublicAccessBlockState{},
		ReplaceOnChanges: []string{"bucket"}, ID: provider.Template("{bucket}"),
	},
	"aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
		Args: s3.BucketOwnershipControlsArgs{}, State: s3.BucketOwnershipControlsState{},
		ReplaceOnChanges: []string{"bucket"}, ID: provider.Template("{bucket}"),
	},
	"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": {
		Args:           s3.BucketServerSideEncryptionConfigurationV2Args{},
		State:          s3.BucketServerSideEncryptionConfigurationV2State{},
		RequiredInputs: []string{"rules"}, ReplaceOnChanges: []string{"bucket", "expectedBucketOwner"}, ID: provider.Template("{bucket}"),
	},
	"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2": {
		Args: s3.BucketLifecycleConfigurationV2Args{}, State: s3.BucketLifecycleConfigurationV2State{},
		ReplaceOnChanges: []string{"bucket", "expectedBucketOwner"}, ID: provider.Template("{bucket}"),
	},
	"aws:s3/bucketLoggingV2:BucketLoggingV2": {
		Args: s3.BucketLoggingV2Args{}, State: s3.BucketLoggingV2State{},
		ReplaceOnChanges: []string{"bucket", "expectedBucketOwner"}, ID: provider.Template("{bucket}"),
	},
	bucketPolicyType: {
		Args: s3.BucketPolicyArgs{}, State: s3.BucketPolicyState{},
		RequiredInputs: []string{"policy"}, ReplaceOnChanges: []string{"bucket"}, ID: provider.Template("{bucket}"),
		Reconcile: reconcileAccess,
	},
}

const (
	bucketType       = "aws:s3/bucketV2:BucketV2"
	bucketPolicyType = "aws:s3/bucketPolicy:BucketPolicy"
)
