package config

import "regexp"

// Parts of the ARNs of AWS.
const (
	// awsPartition is aws, aws-cn or aws-us-gov, for example.
	awsPartition = `arn:aws[a-z-]*:`
	awsAccount   = `[0-9]{12}`
	awsRegion    = `[a-z]+(-[a-z]+)+-[0-9]+`
	// iamName is the name of a role or user with its path. IAM also permits * and ? in a path, which are wildcards in
	// policies.
	// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
	iamName = `([!-)+->@-~]+/)?[A-Za-z0-9_+=,.@-]{1,64}`
)

// Names of AWS's resources.
var (
	awsRegionName = nameFormat{regexp.MustCompile(`^` + awsRegion + `$`), "a region, such as eu-west-1"}
	accountID     = nameFormat{regexp.MustCompile(`^` + awsAccount + `$`), "the ID of an AWS account, 12 digits: put it in quotes"}
	roleARN       = nameFormat{
		regexp.MustCompile(`^` + awsPartition + `iam::` + awsAccount + `:role/` + iamName + `$`),
		"the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME",
	}
	// principalARN is a user or role, the principals that an EKS access entry accepts.
	principalARN = nameFormat{
		regexp.MustCompile(`^` + awsPartition + `iam::` + awsAccount + `:(user|role)/` + iamName + `$`),
		"the ARN of a user or role: arn:aws:iam::ACCOUNT:role/NAME",
	}
	registryPrincipal = nameFormat{
		regexp.MustCompile(`^` + awsPartition + `iam::` + awsAccount + `:(root|(user|role)/` + iamName + `)$`),
		"the ARN of an account, role or user: arn:aws:iam::ACCOUNT:root",
	}
	// https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
	eksClusterName = nameFormat{
		regexp.MustCompile(`^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$`),
		"the name of an EKS cluster: up to 100 letters, digits, hyphens and underscores",
	}
	// A version of EKS has no patch version.
	eksVersion      = nameFormat{regexp.MustCompile(`^1\.[0-9]+$`), "a Kubernetes minor version, such as 1.34"}
	ec2InstanceType = nameFormat{regexp.MustCompile(`^[a-z0-9-]+\.[a-z0-9-]+$`), "an instance type of EC2, such as t3.medium"}
	awsKMSKey       = nameFormat{
		regexp.MustCompile(`^` + awsPartition + `kms:` + awsRegion + `:` + awsAccount + `:key/[A-Za-z0-9-]+$`),
		"the ARN of a KMS key: arn:aws:kms:REGION:ACCOUNT:key/ID",
	}
	acmCertificate = nameFormat{
		regexp.MustCompile(`^` + awsPartition + `acm:` + awsRegion + `:` + awsAccount + `:certificate/[A-Za-z0-9-]+$`),
		"the ARN of an ACM certificate: arn:aws:acm:REGION:ACCOUNT:certificate/ID",
	}
	// Version IDs are opaque, ready for URLs, and at most 1024 bytes long.
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html
	s3VersionID = nameFormat{
		regexp.MustCompile(`^[A-Za-z0-9._~+/=-]+$`), "the version ID of an object (aws s3api list-object-versions)",
	}
	vpcID    = nameFormat{regexp.MustCompile(`^vpc-[0-9a-f]+$`), "the ID of a VPC, such as vpc-0a1b2c3d"}
	subnetID = nameFormat{regexp.MustCompile(`^subnet-[0-9a-f]+$`), "the ID of a subnet, such as subnet-0a1b2c3d"}
)
