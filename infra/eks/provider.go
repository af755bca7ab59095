package eks

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// providerArgs returns the arguments of the AWS provider. tags are those of every resource.
func providerArgs(c config.AWS, tags map[string]string) *aws.ProviderArgs {
	args := &aws.ProviderArgs{
		Region:      pulumi.String(c.Region),
		DefaultTags: &aws.ProviderDefaultTagsArgs{Tags: pulumi.ToStringMap(tags)},
	}
	if c.Profile != "" {
		args.Profile = pulumi.String(c.Profile)
	}
	if c.AssumeRole.RoleARN != "" {
		args.AssumeRole = &aws.ProviderAssumeRoleArgs{RoleArn: pulumi.String(c.AssumeRole.RoleARN)}
	}
	if len(c.AllowedAccountIDs) > 0 {
		args.AllowedAccountIds = pulumi.ToStringArray(c.AllowedAccountIDs)
	}
	if len(c.ForbiddenAccountIDs) > 0 {
		args.ForbiddenAccountIds = pulumi.ToStringArray(c.ForbiddenAccountIDs)
	}
	return args
}

// execConfig returns the command of the AWS CLI that gets a token for a cluster.
func execConfig(region, cluster string, more ...string) infra.ExecConfig {
	return infra.ExecConfig{
		Command:     "aws",
		Args:        append([]string{"eks", "get-token", "--cluster-name", cluster, "--region", region, "--output", "json"}, more...),
		InstallHint: "install the AWS CLI, version 2",
	}
}

// providerExecConfig is execConfig with the credentials of the AWS provider.
func providerExecConfig(c config.AWS, cluster string) infra.ExecConfig {
	var flags []string
	if c.Profile != "" {
		flags = append(flags, "--profile", c.Profile)
	}
	if c.AssumeRole.RoleARN != "" {
		flags = append(flags, "--role-arn", c.AssumeRole.RoleARN)
	}
	return execConfig(c.Region, cluster, flags...)
}
