package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/components"
	"github.com/modelferry/modelferry/config"
)

// newAdmissionPolicy refuses pods without credentials. It returns nil if the cloud injects none, or if the config turns
// it off. A policy has no namespace, and a cluster may have several stacks, so the name contains the stack's namespace.
func newAdmissionPolicy(ctx *pulumi.Context, c config.Config, platform *platform) (*components.AdmissionPolicy, error) {
	if platform.InjectedEnvVar == "" || !*c.AdmissionPolicy.Enabled {
		return nil, nil
	}
	return components.NewAdmissionPolicy(ctx, c.Namespace+"-pod-identity", &components.AdmissionPolicyArgs{
		Labels: c.Labels(ctx.Project(), ctx.Stack()), EnvVar: platform.InjectedEnvVar,
		Namespace: c.Namespace, ClusterAutoscaler: platform.ClusterAutoscaler != nil,
	}, pulumi.Provider(platform.Kubernetes))
}
