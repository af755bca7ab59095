package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// deletionWindowDays is how long the deletion of a key can be cancelled: the maximum of KMS. Without the key, what it
// has encrypted is lost.
const deletionWindowDays = 30

// resolveKMSKey returns the ARN of the configured key, or of a new one with yearly rotation. purpose is the new key's
// name; retainOnDelete keeps the key if the stack is destroyed.
func resolveKMSKey(
	ctx *pulumi.Context, configured, purpose string, retainOnDelete bool, opts ...pulumi.ResourceOption,
) (pulumi.StringOutput, error) {
	if configured != "" {
		return pulumi.String(configured).ToStringOutput(), nil
	}
	opts = append(opts, pulumi.RetainOnDelete(retainOnDelete))
	// Without a key policy, the IAM policies of the account apply.
	key, err := kms.NewKey(ctx, purpose, &kms.KeyArgs{
		Description:       pulumi.Sprintf("Encrypts the %s of %s, stack %s", purpose, ctx.Project(), ctx.Stack()),
		EnableKeyRotation: pulumi.Bool(true), DeletionWindowInDays: pulumi.Int(deletionWindowDays),
	}, opts...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	_, err = kms.NewAlias(ctx, purpose, &kms.AliasArgs{
		Name: pulumi.String(fmt.Sprintf("alias/%s-%s-%s", ctx.Project(), ctx.Stack(), purpose)), TargetKeyId: key.ID(),
	}, opts...)
	return key.Arn, err
}
