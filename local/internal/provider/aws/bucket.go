package aws

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"

	"github.com/modelferry/modelferry/local/internal/provider"
)

var bucket = map[string]provider.Resource{
	bucketType: {
		Args: s3.BucketV2Args{}, State: s3.BucketV2State{}, Name: "bucket",
		Replace: []string{"bucket", "bucketPrefix", "objectLockEnabled"},
		ID:      provider.Text("{bucket}"),
		Outputs: map[string]provider.Value{
			"arn":                      provider.Text("arn:aws:s3:::{bucket}"),
			"bucketDomainName":         provider.Text("{bucket}.s3.amazonaws.com"),
			"bucketRegionalDomainName": provider.Text("{bucket}.s3.{region}.amazonaws.com"),
			"hostedZoneId":             provider.Const("Z3AQBSTGFYJSTF"),
			"requestPayer":             provider.Const("BucketOwner"),
		},
		Create: createBucket, Delete: deleteBucket, Exists: bucketExists, Settle: settle,
	},
	"aws:s3/bucketVersioningV2:BucketVersioningV2": {
		Args: s3.BucketVersioningV2Args{}, State: s3.BucketVersioningV2State{},
		Replace: []string{"bucket", "expectedBucketOwner"}, ID: provider.Text("{bucket}"),
		Create: setVersioning, Update: setVersioning, Delete: suspendVersioning,
	},
	"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
		Args: s3.BucketPublicAccessBlockArgs{}, State: s3.BucketPublicAccessBlockState{},
		Replace: []string{"bucket"}, ID: provider.Text("{bucket}"),
	},
	"aws:s3/bucketOwnershipControls:BucketOwnershipControls": {
		Args: s3.BucketOwnershipControlsArgs{}, State: s3.BucketOwnershipControlsState{},
		Replace: []string{"bucket"}, ID: provider.Text("{bucket}"),
	},
	"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": {
		Args:     s3.BucketServerSideEncryptionConfigurationV2Args{},
		State:    s3.BucketServerSideEncryptionConfigurationV2State{},
		Required: []string{"rules"}, Replace: []string{"bucket", "expectedBucketOwner"}, ID: provider.Text("{bucket}"),
	},
	"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2": {
		Args: s3.BucketLifecycleConfigurationV2Args{}, State: s3.BucketLifecycleConfigurationV2State{},
		Replace: []string{"bucket", "expectedBucketOwner"}, ID: provider.Text("{bucket}"),
	},
	"aws:s3/bucketLoggingV2:BucketLoggingV2": {
		Args: s3.BucketLoggingV2Args{}, State: s3.BucketLoggingV2State{},
		Replace: []string{"bucket", "expectedBucketOwner"}, ID: provider.Text("{bucket}"),
	},
	bucketPolicyType: {
		Args: s3.BucketPolicyArgs{}, State: s3.BucketPolicyState{},
		Required: []string{"policy"}, Replace: []string{"bucket"}, ID: provider.Text("{bucket}"),
		Settle: settle,
	},
}

const (
	bucketType       = "aws:s3/bucketV2:BucketV2"
	bucketPolicyType = "aws:s3/bucketPolicy:BucketPolicy"
)
