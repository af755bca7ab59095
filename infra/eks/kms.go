package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// deletionWindowDays is how long a key that is to go can be had back, the longest that
// KMS knows: with a key goes all that it has encrypted.
const deletionWindowDays = 30

// resolveKMSKey returns the ARN of the key that is configured, or of a new one that
// turns every year. What it is for names the key. A kept one outlives the stack.
func resolveKMSKey(ctx *pulumi.Context, configured, purpose string, retainOnDelete bool, opts ...pulumi.ResourceOption) (pulumi.StringOutput, error) {
	if configured != "" {
		return pulumi.String(configured).ToStringOutput(), nil
	}
	opts = append(opts, pulumi.RetainOnDelete(retainOnDelete))
	name := fmt.Sprintf("%s-%s-%s", ctx.Project(), ctx.Stack(), purpose)
	// Without a policy of its own, the account's IAM policies decide who may use it.
	key, err := kms.NewKey(ctx, purpose, &kms.KeyArgs{
		Description: pulumi.String("Encrypts the " + purpose + " of " + ctx.Project() + ", stack " + ctx.Stack()), EnableKeyRotation: pulumi.Bool(true),
		DeletionWindowInDays: pulumi.Int(deletionWindowDays),
	}, opts...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	_, err = kms.NewAlias(ctx, purpose, &kms.AliasArgs{Name: pulumi.String("alias/" + name), TargetKeyId: key.ID()}, opts...)
	return key.Arn, err
}
