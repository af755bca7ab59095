package platform

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/stack"
	"github.com/modelferry/modelferry/stack/stacktest"
)

const adminPolicy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"

// Only configured administrators have access. The creator of the cluster does not become one implicitly.
func TestAccessEntries_configuredAdmins(t *testing.T) {
	const ops, ci = "arn:aws:iam::123456789012:role/ops", "arn:aws:iam::123456789012:role/ci"
	r := stacktest.Up(t, "eks", map[string]any{"cluster.create.admins": []any{ops, ci}})
	require.Equal(t, object{"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": false},
		r.MustGet(t, "aws:eks/cluster:Cluster", "modelferry").Input("accessConfig"))
	require.Len(t, r.ByType("AccessEntry"), 2)
	for _, admin := range []string{ops, ci} {
		require.Equal(t, admin, r.MustGet(t, "AccessEntry", "modelferry-"+admin).Input("principalArn"))
		require.Equal(t, object{
			"clusterName": "modelferry", "principalArn": admin, "policyArn": adminPolicy, "accessScope": object{"type": "cluster"},
		}, r.MustGet(t, "AccessPolicyAssociation", "modelferry-"+admin).Inputs)
	}
}

// Viewers may read, and nothing else. Administrators are not affected.
func TestAccessEntries_configuredViewers(t *testing.T) {
	const viewer = "arn:aws:iam::123456789012:role/path/developers"
	r := stacktest.Up(t, "eks", map[string]any{"cluster.create.viewers": []any{viewer}})
	require.Len(t, r.ByType("AccessEntry"), 2)
	policies := map[any]any{}
	for _, association := range r.ByType("AccessPolicyAssociation") {
		policies[association.Input("principalArn")] = association.Input("policyArn")
	}
	require.Equal(t, map[any]any{
		"arn:aws:iam::123456789012:role/ml-platform": adminPolicy,
		viewer: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
	}, policies)
}

// The caller's access is an entry, too. Kubernetes objects have to be created after it and deleted before it.
func TestAccessEntries_createdBeforeKubernetesObjects(t *testing.T) {
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		if p.Stack != "eks" {
			return // on GKE, access is IAM's alone
		}
		associations := r.ByType("AccessPolicyAssociation")
		require.NotEmpty(t, associations)
		for name, object := range stacktest.KubernetesObjects(r) {
			for _, association := range associations {
				require.True(t, r.Dependencies(object)[association.URN], "%s: has to depend on %s", name, association)
			}
		}
	})
}

// A caller without access gets the warning in the preview, before the cluster exists.
func TestAccessEntries_warnIfCallerNotAdmin(t *testing.T) {
	otherAdmin := map[string]any{"cluster.create.admins": []any{"arn:aws:iam::123456789012:role/ops"}}
	for _, preview := range []bool{true, false} {
		require.Equal(t, []string{
			"modelferry:cluster.create.admins: pulumi runs as " + stacktest.CallerArn + ", which is not in the list: " +
				"pulumi up with this identity cannot create objects in the cluster",
		}, stacktest.RunStack(t, "eks", otherAdmin, preview).Warnings)
		require.Empty(t, stacktest.RunStack(t, "eks", nil, preview).Warnings, "the caller is an administrator")
	}
	require.Empty(t, stacktest.Up(t, "eks", map[string]any{"cluster": object{"existing": "production"}}).Warnings,
		"the program does not manage the access entries of an existing cluster")
}

// Credentials of another account fail before anything is created.
func TestAccessEntries_callerInAnotherAccount(t *testing.T) {
	const other = "arn:aws:iam::210987654321:role/ml-platform"
	for _, preview := range []bool{true, false} {
		s := stacktest.Settings(t, "eks", map[string]any{"cluster.create.admins": []any{other}})
		program := stack.Program{ConfigKeys: s.Keys()}
		r, err := stacktest.Run(program.RegisterResources, "eks", s, preview)
		var validationErr *config.ValidationError
		require.ErrorAs(t, err, &validationErr)
		require.EqualError(t, validationErr, "invalid configuration (1 error), no changes were made:\n  "+
			`modelferry:cluster.create.admins: Invalid value: ["`+other+`"]: must have a role or user of the account that pulumi `+
			"runs in, "+stacktest.AccountID+", as "+stacktest.CallerArn+": set aws:profile if it is the wrong account")
		for _, registration := range r.Registrations {
			require.Contains(t, []string{"pulumi:providers:aws", "modelferry:eks:Platform"}, registration.Type)
		}
	}
	// A second administrator may be in another account.
	own := "arn:aws:iam::" + stacktest.AccountID + ":role/ml-platform"
	require.Empty(t, stacktest.Up(t, "eks", map[string]any{"cluster.create.admins": []any{other, own}}).Warnings)
}

// What AWS owns has the partition of the region in its ARN.
func TestPartition_awsOwnedPolicies(t *testing.T) {
	for region, partition := range map[string]string{
		"eu-west-1": "aws", "us-gov-west-1": "aws-us-gov", "cn-north-1": "aws-cn",
	} {
		t.Run(region, func(t *testing.T) {
			r := stacktest.Up(t, "eks", map[string]any{"aws:region": region})
			attachments, associations := r.ByType("RolePolicyAttachment"), r.ByType("AccessPolicyAssociation")
			require.Len(t, attachments, 4)
			require.NotEmpty(t, associations)
			for _, attachment := range attachments {
				require.Regexp(t, "^arn:"+partition+":iam::aws:policy/Amazon", attachment.Input("policyArn"))
			}
			for _, association := range associations {
				require.Regexp(t, "^arn:"+partition+":eks::aws:cluster-access-policy/Amazon", association.Input("policyArn"))
			}
		})
	}
}
