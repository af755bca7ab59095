package components

import (
	"context"
	"fmt"
	"time"

	admissionv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/admissionregistration/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/infra"
)

// AdmissionPolicy refuses pods into which the cloud's webhook injected no credentials. Such a pod would never get any:
// injection happens when it is created, and the API server ignores a webhook that fails. The ReplicaSet controller
// creates a refused pod again. It waits 5 ms, and twice as long after each failure, so at most as long as it has taken
// so far.
// https://github.com/aws/amazon-eks-pod-identity-webhook/issues/174 and 264
// https://github.com/kubernetes/client-go/blob/v0.35.0/util/workqueue/default_rate_limiters.go
type AdmissionPolicy struct {
	pulumi.ResourceState

	bindings []pulumi.Resource
	enforced pulumi.ResourceArrayOutput
}

// AdmissionPolicyArgs are the arguments of NewAdmissionPolicy.
type AdmissionPolicyArgs struct {
	// Labels of the stack on every object.
	Labels map[string]string
	// EnvVar is the environment variable that the webhook sets in a pod's containers.
	EnvVar string
	// Namespace of the services.
	Namespace string
	// ClusterAutoscaler reports whether the stack runs the Cluster Autoscaler.
	ClusterAutoscaler bool
}

// NewAdmissionPolicy creates the policy, and binds it to the pods of the services and of the Cluster Autoscaler. name
// is the policy's name in the cluster.
func NewAdmissionPolicy(
	ctx *pulumi.Context, name string, args *AdmissionPolicyArgs, opts ...pulumi.ResourceOption,
) (*AdmissionPolicy, error) {
	p := &AdmissionPolicy{}
	if err := ctx.RegisterComponentResourceV2("modelferry:index:AdmissionPolicy", name, pulumi.Map{
		"envVar": pulumi.String(args.EnvVar),
	}, p, opts...); err != nil {
		return nil, err
	}
	parent := pulumi.Parent(p)
	meta := func(name string) *metav1.ObjectMetaArgs {
		return &metav1.ObjectMetaArgs{Name: pulumi.String(name), Labels: objectLabels(args.Labels, nil)}
	}
	policy, err := admissionv1.NewValidatingAdmissionPolicy(ctx, name, &admissionv1.ValidatingAdmissionPolicyArgs{
		Metadata: meta(name),
		Spec: &admissionv1.ValidatingAdmissionPolicySpecArgs{
			FailurePolicy: pulumi.String("Fail"),
			MatchConstraints: &admissionv1.MatchResourcesArgs{
				ResourceRules: admissionv1.NamedRuleWithOperationsArray{&admissionv1.NamedRuleWithOperationsArgs{
					ApiGroups: pulumi.ToStringArray([]string{""}), ApiVersions: pulumi.ToStringArray([]string{"v1"}),
					Operations: pulumi.ToStringArray([]string{"CREATE"}), Resources: pulumi.ToStringArray([]string{"pods"}),
				}},
			},
			Validations: admissionv1.ValidationArray{&admissionv1.ValidationArgs{
				Expression: pulumi.String(args.expression()),
				Message: pulumi.String(fmt.Sprintf(
					"the pod has no credentials yet, %s is not set: it is created again until the cloud injects them", args.EnvVar)),
				Reason: pulumi.String("Forbidden"),
			}},
		},
	}, parent)
	if err != nil {
		return nil, err
	}
	var created []any
	for _, pods := range args.selectors(name) {
		binding, err := admissionv1.NewValidatingAdmissionPolicyBinding(ctx, pods.name,
			&admissionv1.ValidatingAdmissionPolicyBindingArgs{
				Metadata: meta(pods.name),
				Spec: &admissionv1.ValidatingAdmissionPolicyBindingSpecArgs{
					PolicyName:        policy.Metadata.Name().Elem(),
					ValidationActions: pulumi.ToStringArray([]string{"Deny"}),
					MatchResources: &admissionv1.MatchResourcesArgs{
						NamespaceSelector: &metav1.LabelSelectorArgs{
							MatchLabels: pulumi.StringMap{namespaceNameLabel: pulumi.String(pods.namespace)},
						},
						ObjectSelector: &metav1.LabelSelectorArgs{MatchLabels: pulumi.ToStringMap(pods.labels)},
					},
				},
			}, parent)
		if err != nil {
			return nil, err
		}
		p.bindings = append(p.bindings, binding)
		created = append(created, binding.Metadata.CreationTimestamp())
	}
	p.enforced = pulumi.All(created...).ApplyTWithContext(ctx.Context(), func(ctx context.Context, created []any) []pulumi.Resource {
		waitForEnforcement(ctx, created)
		return p.bindings
	}).(pulumi.ResourceArrayOutput)
	return p, ctx.RegisterResourceOutputs(p, pulumi.Map{})
}

// expression returns a CEL expression that is true if the containers that read with the pod's identity have the
// variable. The driver of a CSI volume does not need it: it reads with the pod's service account.
func (a *AdmissionPolicyArgs) expression() string {
	return fmt.Sprintf("(object.spec.?initContainers.orValue([]) + object.spec.containers)"+
		".filter(c, c.name in ['%s', '%s']).all(c, c.?env.orValue([]).exists(e, e.name == '%s'))",
		fetcherName, infra.ClusterAutoscalerServiceAccount, a.EnvVar)
}

// podSelector selects the pods of a binding.
type podSelector struct {
	name, namespace string
	labels          map[string]string
}

// selectors returns the bindings' selectors. They do not list service accounts: an API server would enforce the policy
// for a new service later than the service's first pod is created.
func (a *AdmissionPolicyArgs) selectors(name string) []podSelector {
	selectors := []podSelector{{name, a.Namespace, map[string]string{partOfLabel: project, tierLabel: serviceTier}}}
	if a.ClusterAutoscaler {
		selectors = append(selectors, podSelector{
			name + "-" + infra.ClusterAutoscalerServiceAccount, infra.ClusterAutoscalerNamespace,
			map[string]string{partOfLabel: project, "app": infra.ClusterAutoscalerServiceAccount},
		})
	}
	return selectors
}

// options returns the options of a resource that creates pods, so that the policy is enforced before. A nil policy has
// none.
func (p *AdmissionPolicy) options() []pulumi.ResourceOption {
	if p == nil {
		return nil
	}
	// In the preview of new bindings, enforced is unknown, and only the first option has an effect.
	return []pulumi.ResourceOption{pulumi.DependsOn(p.bindings), pulumi.DependsOnInputs(p.enforced)}
}

// enforcementDelay is longer than an API server takes to enforce a new policy: it reads the policies every second.
// https://github.com/kubernetes/apiserver/blob/v0.35.0/pkg/admission/plugin/policy/generic/policy_source.go
const enforcementDelay = 3 * time.Second

// waitForEnforcement waits if one of the times, which are those of the bindings' creation, is of this update.
func waitForEnforcement(ctx context.Context, created []any) {
	for _, timestamp := range created {
		if text, _ := timestamp.(*string); text != nil && isRecent(*text, time.Now()) {
			select {
			case <-time.After(enforcementDelay):
			case <-ctx.Done():
			}
			return
		}
	}
}

// isRecent reports whether an API server's timestamp is less than a minute old. The clocks need not agree: a time in
// the future is recent, too.
func isRecent(timestamp string, now time.Time) bool {
	created, err := time.Parse(time.RFC3339, timestamp)
	return err == nil && now.Sub(created) < time.Minute
}
