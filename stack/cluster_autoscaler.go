package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/components"
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// deployClusterAutoscaler runs the Cluster Autoscaler, unless the cloud has an autoscaler of its own.
func deployClusterAutoscaler(ctx *pulumi.Context, c config.Config, platform *platform, admission *components.AdmissionPolicy) error {
	settings := platform.ClusterAutoscaler
	if settings == nil {
		return nil
	}
	_, err := components.NewClusterAutoscaler(ctx, infra.ClusterAutoscalerServiceAccount, &components.ClusterAutoscalerArgs{
		Settings:  *settings,
		Namespace: infra.ClusterAutoscalerNamespace, Labels: c.Labels(ctx.Project(), ctx.Stack()),
		NetworkPolicy: *c.NetworkPolicy.Enabled, AdmissionPolicy: admission,
	}, pulumi.Provider(platform.Kubernetes), pulumi.DependsOn(settings.DependsOn))
	return err
}
