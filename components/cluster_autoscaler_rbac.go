package components

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	rbacv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/rbac/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// accessRule allows verbs on resources of one API group, "" for the core group. With names it is limited to the objects
// of these names.
type accessRule struct {
	group                   string
	resources, names, verbs []string
}

var (
	readVerbs = []string{"get", "list", "watch"}
	// clusterRules apply to all namespaces. The autoscaler simulates the scheduler, so it reads the same objects. It
	// taints nodes before it removes them, evicts their pods, and creates events.
	// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/examples/cluster-autoscaler-autodiscover.yaml
	clusterRules = []accessRule{
		{"", []string{
			"namespaces", "pods", "services", "replicationcontrollers", "persistentvolumeclaims", "persistentvolumes",
		}, nil, readVerbs},
		{"", []string{"nodes"}, nil, append([]string{"update"}, readVerbs...)},
		{"", []string{"events"}, nil, []string{"create", "patch"}},
		{"", []string{"pods/eviction"}, nil, []string{"create"}},
		{"", []string{"pods/status"}, nil, []string{"update"}},
		{"apps", []string{"daemonsets", "replicasets", "statefulsets"}, nil, readVerbs},
		{"batch", []string{"jobs"}, nil, readVerbs},
		{"policy", []string{"poddisruptionbudgets"}, nil, readVerbs},
		{"resource.k8s.io", []string{"deviceclasses", "resourceclaims", "resourceslices"}, nil, readVerbs},
		{"storage.k8s.io", []string{
			"csidrivers", "csinodes", "csistoragecapacities", "storageclasses", "volumeattachments",
		}, nil, readVerbs},
	}
	// namespaceRules apply to the autoscaler's namespace: its lease for leader election, and the ConfigMap with its
	// status.
	namespaceRules = []accessRule{
		{"", []string{"configmaps"}, nil, []string{"create", "list", "watch"}},
		{"", []string{"configmaps"}, []string{"cluster-autoscaler-status"}, []string{"delete", "get", "update"}},
		{"coordination.k8s.io", []string{"leases"}, nil, []string{"create"}},
		{"coordination.k8s.io", []string{"leases"}, []string{"cluster-autoscaler"}, []string{"get", "update"}},
	}
)

// newClusterAutoscalerRBAC creates the roles of the autoscaler's service account. It returns their bindings.
func newClusterAutoscalerRBAC(
	ctx *pulumi.Context, name, namespace string, meta func() *metav1.ObjectMetaArgs, opts ...pulumi.ResourceOption,
) ([]pulumi.Resource, error) {
	subjects := rbacv1.SubjectArray{&rbacv1.SubjectArgs{
		Kind: pulumi.String("ServiceAccount"), Name: pulumi.String(name), Namespace: pulumi.String(namespace),
	}}
	clusterMeta := func() *metav1.ObjectMetaArgs {
		m := meta()
		m.Namespace = nil
		return m
	}
	role, err := rbacv1.NewClusterRole(ctx, name, &rbacv1.ClusterRoleArgs{
		Metadata: clusterMeta(), Rules: policyRules(clusterRules),
	}, opts...)
	if err != nil {
		return nil, err
	}
	binding, err := rbacv1.NewClusterRoleBinding(ctx, name, &rbacv1.ClusterRoleBindingArgs{
		Metadata: clusterMeta(), Subjects: subjects, RoleRef: roleRef("ClusterRole", role.Metadata.Name().Elem()),
	}, opts...)
	if err != nil {
		return nil, err
	}
	namespaceRole, err := rbacv1.NewRole(ctx, name, &rbacv1.RoleArgs{Metadata: meta(), Rules: policyRules(namespaceRules)}, opts...)
	if err != nil {
		return nil, err
	}
	namespaceBinding, err := rbacv1.NewRoleBinding(ctx, name, &rbacv1.RoleBindingArgs{
		Metadata: meta(), Subjects: subjects, RoleRef: roleRef("Role", namespaceRole.Metadata.Name().Elem()),
	}, opts...)
	return []pulumi.Resource{binding, namespaceBinding}, err
}

func policyRules(rules []accessRule) rbacv1.PolicyRuleArray {
	var args rbacv1.PolicyRuleArray
	for _, r := range rules {
		policy := &rbacv1.PolicyRuleArgs{
			ApiGroups: pulumi.ToStringArray(
				[]string{r.group},
			),
			Resources: pulumi.ToStringArray(r.resources),
			Verbs:     pulumi.ToStringArray(r.verbs),
		}
		if len(r.names) > 0 {
			policy.ResourceNames = pulumi.ToStringArray(r.names)
		}
		args = append(args, policy)
	}
	return args
}

func roleRef(kind string, name pulumi.StringInput) *rbacv1.RoleRefArgs {
	return &rbacv1.RoleRefArgs{ApiGroup: pulumi.String("rbac.authorization.k8s.io"), Kind: pulumi.String(kind), Name: name}
}
