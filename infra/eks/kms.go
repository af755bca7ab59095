package eks

import (
	"cmp"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// deletionWindowDays is how long the deletion of a key can be cancelled: the maximum of KMS. Without the key, what it
// has encrypted is lost.
const deletionWindowDays = 30

// kmsKeyArgs are the arguments of resolveKMSKey.
type kmsKeyArgs struct {
	// Configured is the ARN of the configured key, "" for a new one.
	Configured string
	// Purpose is the new key's name, and a part of its default alias.
	Purpose string
	// Alias of the new key, without alias/. Empty means PROJECT-STACK-PURPOSE.
	Alias string
	// RetainOnDelete keeps the new key if the stack is destroyed.
	RetainOnDelete bool
}

// resolveKMSKey returns the ARN of the configured key, or of a new one with yearly rotation.
func resolveKMSKey(ctx *pulumi.Context, args kmsKeyArgs, opts ...pulumi.ResourceOption) (pulumi.StringOutput, error) {
	if args.Configured != "" {
		return pulumi.String(args.Configured).ToStringOutput(), nil
	}
	purpose := args.Purpose
	opts = append(opts, pulumi.RetainOnDelete(args.RetainOnDelete))
	// Without a key policy, the IAM policies of the account apply.
	key, err := kms.NewKey(ctx, purpose, &kms.KeyArgs{
		Description:       pulumi.Sprintf("Encrypts the %s of %s, stack %s", purpose, ctx.Project(), ctx.Stack()),
		EnableKeyRotation: pulumi.Bool(true), DeletionWindowInDays: pulumi.Int(deletionWindowDays),
	}, opts...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	alias := cmp.Or(args.Alias, fmt.Sprintf("%s-%s-%s", ctx.Project(), ctx.Stack(), purpose))
	_, err = kms.NewAlias(ctx, purpose, &kms.AliasArgs{Name: pulumi.String("alias/" + alias), TargetKeyId: key.ID()}, opts...)
	return key.Arn, err
}
