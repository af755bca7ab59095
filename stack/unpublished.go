package stack

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/modelferry/modelferry/config"
)

// lastUpdate has the outputs of the stack's last update. Only the fields are decoded: an output elsewhere may be
// secret, which Context.Invoke refuses.
type lastUpdate struct {
	Outputs struct {
		Services map[string]any `pulumi:"services"`
	} `pulumi:"outputs"`
}

// checkNoneWithdrawn returns an error if the last update deployed a service whose release is not published now. The
// update would delete the service: that takes the removal of the release, and is not done for a digest that was lost.
//
// The program has no other access to the stack's state than its own outputs, as those of any other stack.
// https://github.com/pulumi/pulumi/issues/3722
func checkNoneWithdrawn(ctx *pulumi.Context, c config.Config) error {
	unpublished := c.Unpublished()
	if len(unpublished) == 0 {
		return nil
	}
	var last lastUpdate
	// https://github.com/pulumi/pulumi/blob/v3.274.0/pkg/resource/deploy/builtins.go
	err := ctx.Invoke("pulumi:pulumi:readStackOutputs", map[string]any{
		"name": fmt.Sprintf("%s/%s/%s", ctx.Organization(), ctx.Project(), ctx.Stack()),
	}, &last)
	if err != nil {
		return fmt.Errorf("outputs of the stack's last update, which are needed because some releases are not published: %w", err)
	}
	var errs field.ErrorList
	for _, name := range unpublished {
		if _, deployed := last.Outputs.Services[name]; deployed {
			errs = append(errs, field.Forbidden(config.Path("releases", name), "a digest that its pods need is zeros, which stands "+
				"for what is not published, but the service is deployed and the update would delete it: set the digest, or remove "+
				"the release to delete the service"))
		}
	}
	return config.NewValidationError(errs)
}
