//go:build e2e && official_plugin

package kubernetes

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	autoscalingv2 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/autoscaling/v2"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/repotest"
)

// switchStack is a stack whose Kubernetes plugin is exchanged.
type switchStack struct {
	*testing.T
	dir, kubeconfig string
}

// engine returns the stack with one of the plugins and a program whose objects have a label.
func (s switchStack) engine(pluginDir, label string) *auto.Stack {
	s.Helper()
	project := fmt.Sprintf("name: switch\nruntime: go\nplugins:\n  providers:\n    - {name: kubernetes, path: %s}\n", pluginDir)
	require.NoError(s, os.WriteFile(filepath.Join(s.dir, "Pulumi.yaml"), []byte(project), 0o600))
	cli, err := auto.NewPulumiCommand(&auto.PulumiCommandOptions{Root: s.dir, SkipVersionCheck: true})
	require.NoError(s, err)
	stack, err := auto.UpsertStackInlineSource(s.Context(), "test", "switch", s.program(label), auto.WorkDir(s.dir), auto.Pulumi(cli),
		auto.PulumiHome(filepath.Join(s.dir, "home")), auto.EnvVars(map[string]string{
			"PULUMI_BACKEND_URL": "file://" + s.dir, "PULUMI_CONFIG_PASSPHRASE": "switch", "PULUMI_SKIP_UPDATE_CHECK": "true",
			"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
		}))
	require.NoError(s, err)
	return &stack
}

// program has the kinds of objects that a release has.
func (s switchStack) program(label string) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		kubeconfig, err := os.ReadFile(s.kubeconfig)
		if err != nil {
			return err
		}
		provider, err := kubernetes.NewProvider(ctx, "cluster", &kubernetes.ProviderArgs{Kubeconfig: pulumi.String(kubeconfig)})
		if err != nil {
			return err
		}
		opts := pulumi.Provider(provider)
		selector := pulumi.StringMap{"app": pulumi.String("web")}
		namespace, err := corev1.NewNamespace(ctx, "ml", &corev1.NamespaceArgs{
			Metadata: &metav1.ObjectMetaArgs{Name: pulumi.String("ml"), Labels: pulumi.StringMap{"version": pulumi.String(label)}},
		}, opts)
		if err != nil {
			return err
		}
		meta := func(name string, annotations ...string) *metav1.ObjectMetaArgs {
			meta := &metav1.ObjectMetaArgs{
				Namespace: namespace.Metadata.Name(), Labels: pulumi.StringMap{"version": pulumi.String(label)},
			}
			if name != "" {
				meta.Name = pulumi.String(name)
			}
			for _, annotation := range annotations {
				meta.Annotations = pulumi.StringMap{annotation: pulumi.String("true")}
			}
			return meta
		}
		account, err := corev1.NewServiceAccount(ctx, "web", &corev1.ServiceAccountArgs{Metadata: meta("web")}, opts)
		if err != nil {
			return err
		}
		settings, err := corev1.NewConfigMap(ctx, "web", &corev1.ConfigMapArgs{
			Metadata: meta(""), Immutable: pulumi.Bool(true), Data: pulumi.StringMap{"A": pulumi.String("1")},
		}, opts)
		if err != nil {
			return err
		}
		if _, err := corev1.NewSecret(ctx, "web", &corev1.SecretArgs{
			Metadata: meta("web"), StringData: pulumi.StringMap{"key": pulumi.ToSecret(pulumi.String("s3cret")).(pulumi.StringOutput)},
		}, opts); err != nil {
			return err
		}
		deployment, err := appsv1.NewDeployment(ctx, "web", &appsv1.DeploymentArgs{
			Metadata: meta("web", skipAwaitAnnotation),
			Spec: &appsv1.DeploymentSpecArgs{
				Selector: &metav1.LabelSelectorArgs{MatchLabels: selector},
				Template: &corev1.PodTemplateSpecArgs{
					Metadata: &metav1.ObjectMetaArgs{Labels: selector},
					Spec: &corev1.PodSpecArgs{
						ServiceAccountName: account.Metadata.Name(),
						Containers: corev1.ContainerArray{&corev1.ContainerArgs{
							Name: pulumi.String("web"), Image: pulumi.String("web:1"),
							Ports: corev1.ContainerPortArray{&corev1.ContainerPortArgs{ContainerPort: pulumi.Int(8000)}},
							EnvFrom: corev1.EnvFromSourceArray{&corev1.EnvFromSourceArgs{
								ConfigMapRef: &corev1.ConfigMapEnvSourceArgs{Name: settings.Metadata.Name()},
							}},
							Resources: &corev1.ResourceRequirementsArgs{Requests: pulumi.StringMap{
								"cpu": pulumi.String("1000m"), "memory": pulumi.String("1024Mi"),
							}},
						}},
					},
				},
			},
		}, opts)
		if err != nil {
			return err
		}
		if _, err := corev1.NewService(ctx, "web", &corev1.ServiceArgs{
			Metadata: meta("web", skipAwaitAnnotation),
			Spec: &corev1.ServiceSpecArgs{
				Selector: selector, Ports: corev1.ServicePortArray{&corev1.ServicePortArgs{Port: pulumi.Int(80)}},
			},
		}, opts); err != nil {
			return err
		}
		if _, err := policyv1.NewPodDisruptionBudget(ctx, "web", &policyv1.PodDisruptionBudgetArgs{
			Metadata: meta("web"),
			Spec: &policyv1.PodDisruptionBudgetSpecArgs{
				MaxUnavailable: pulumi.Int(1), Selector: &metav1.LabelSelectorArgs{MatchLabels: selector},
			},
		}, opts); err != nil {
			return err
		}
		if _, err := networkingv1.NewNetworkPolicy(ctx, "web", &networkingv1.NetworkPolicyArgs{
			Metadata: meta("web"), Spec: &networkingv1.NetworkPolicySpecArgs{
				PodSelector: &metav1.LabelSelectorArgs{MatchLabels: selector}, PolicyTypes: pulumi.ToStringArray([]string{"Ingress"}),
			},
		}, opts); err != nil {
			return err
		}
		_, err = autoscalingv2.NewHorizontalPodAutoscaler(ctx, "web", &autoscalingv2.HorizontalPodAutoscalerArgs{
			Metadata: meta("web"),
			Spec: &autoscalingv2.HorizontalPodAutoscalerSpecArgs{
				MaxReplicas: pulumi.Int(3), ScaleTargetRef: &autoscalingv2.CrossVersionObjectReferenceArgs{
					ApiVersion: pulumi.String("apps/v1"), Kind: pulumi.String("Deployment"), Name: deployment.Metadata.Name().Elem(),
				},
			},
		}, opts)
		return err
	}
}

// A stack that one of the providers made goes on with the other: no change without a change of the program, no
// replacement and no conflict with one.
func TestServer_continuesWithOfficialProvider(t *testing.T) {
	official := filepath.Dir(repotest.Binary("pulumi-resource-kubernetes"))
	require.FileExists(t, repotest.Binary("pulumi-resource-kubernetes"), "make e2e-plugin builds it")
	ferry := filepath.Join(t.TempDir(), "ferry")
	require.NoError(t, os.MkdirAll(ferry, 0o700))
	require.NoError(t, os.Symlink(repotest.Binary("ferry"), filepath.Join(ferry, "pulumi-resource-kubernetes")))
	for name, order := range map[string][2]string{"official last": {ferry, official}, "official first": {official, ferry}} {
		t.Run(name, func(t *testing.T) {
			s := switchStack{T: t, dir: t.TempDir(), kubeconfig: startControlPlane(t)}
			require.NoError(t, os.MkdirAll(filepath.Join(s.dir, "bin"), 0o700))
			require.NoError(t, os.Symlink(repotest.Binary("pulumi"), filepath.Join(s.dir, "bin", "pulumi")))
			ctx := context.Background()
			up := func(pluginDir, label string) map[string]int {
				result, err := s.engine(pluginDir, label).Up(ctx, optup.SuppressProgress())
				require.NoError(t, err)
				return *result.Summary.ResourceChanges
			}
			require.Greater(t, up(order[0], "1")["create"], 9)
			for i, plugin := range []string{order[1], order[0], order[1], order[1], order[0]} {
				before, label := fmt.Sprint(i+1), fmt.Sprint(i+2)
				preview, err := s.engine(plugin, before).Preview(ctx, optpreview.Diff())
				require.NoError(t, err)
				require.Equal(t, map[apitype.OpType]int{"same": 11}, preview.ChangeSummary, preview.StdOut)
				require.Equal(t, map[string]int{"same": 2, "update": 9}, up(plugin, label))
				refreshed, err := s.engine(plugin, label).Refresh(ctx, optrefresh.SuppressProgress())
				require.NoError(t, err)
				require.Equal(t, map[string]int{"same": 11}, *refreshed.Summary.ResourceChanges)
			}
		})
	}
}
