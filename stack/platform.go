package stack

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
	"github.com/modelferry/modelferry/infra/eks"
	"github.com/modelferry/modelferry/infra/gke"
)

// platform is the platform of one cloud.
type platform struct {
	infra.Platform
	platformConstructors
}

// platformConstructors register the cloud's resources for services.
type platformConstructors interface {
	// NewIngress returns the settings of the cloud's ingress controller, and creates the resources that they need.
	NewIngress(ctx *pulumi.Context, name string, args *config.Ingress, opts ...pulumi.ResourceOption) (*infra.Ingress, error)
	// NewWorkloadIdentity creates the identity of a service's pods, which can read the objects in args only.
	NewWorkloadIdentity(
		ctx *pulumi.Context, name string, args *infra.WorkloadIdentityArgs, opts ...pulumi.ResourceOption,
	) (*infra.WorkloadIdentity, error)
}

// newPlatform creates the platform of the config's cloud. renderDir is as in Program.
func newPlatform(ctx *pulumi.Context, c config.Config, renderDir string) (*platform, error) {
	args := &infra.PlatformArgs{Config: c, Labels: c.Labels(ctx.Project(), ctx.Stack()), RenderDir: renderDir}
	switch c.Cloud {
	case config.GKE:
		p, err := gke.NewPlatform(ctx, ctx.Project(), args)
		if err != nil {
			return nil, err
		}
		return &platform{p.Platform, p}, nil
	case config.EKS:
		p, err := eks.NewPlatform(ctx, ctx.Project(), args)
		if err != nil {
			return nil, err
		}
		return &platform{p.Platform, p}, nil
	}
	return nil, fmt.Errorf("invalid cloud %q: must be one of gke, eks", c.Cloud)
}
