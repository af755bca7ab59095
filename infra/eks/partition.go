package eks

import "strings"

// Partition is a group of AWS regions with its own ARNs and DNS suffix.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
type Partition struct {
	// ID is the second part of ARNs.
	ID string
	// DNSSuffix of the endpoints.
	DNSSuffix string
}

// RegionPartition returns the partition of a region.
func RegionPartition(region string) Partition {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return Partition{"aws-cn", "amazonaws.com.cn"}
	case strings.HasPrefix(region, "us-gov-"):
		return Partition{"aws-us-gov", "amazonaws.com"}
	}
	return Partition{"aws", "amazonaws.com"}
}

// managedPolicyArn returns the ARN of an IAM policy that AWS manages.
func (p Partition) managedPolicyArn(policy string) string {
	return "arn:" + p.ID + ":iam::aws:policy/" + policy
}

// accessPolicyArn returns the ARN of an access policy of EKS.
// https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
func (p Partition) accessPolicyArn(policy string) string {
	return "arn:" + p.ID + ":eks::aws:cluster-access-policy/" + policy
}
