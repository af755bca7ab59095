package platform

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

const adminPolicy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"

// Who may do what in the cluster stands in the config, and nowhere else: not
// even who made it is let in for that.
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

// Whoever runs the program is let in by an entry, too: what it makes on the
// cluster has to wait for that, and in a destroy has to go before it.
func TestAccessEntries_createdBeforeKubernetesObjects(t *testing.T) {
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		if p.Stack != "eks" {
			return // GKE knows who may by IAM alone
		}
		doors := r.ByType("AccessPolicyAssociation")
		require.NotEmpty(t, doors)
		for name, each := range stacktest.KubernetesObjects(r) {
			for _, door := range doors {
				require.True(t, r.Dependencies(each)[door.URN], "%s: after %s", name, door)
			}
		}
	})
}

// Who would not be let in reads so before there is a cluster.
func TestAccessEntries_warnIfCallerNotAdmin(t *testing.T) {
	stranger := map[string]any{"cluster.create.admins": []any{"arn:aws:iam::123456789012:role/ops"}}
	for _, preview := range []bool{true, false} {
		require.Equal(t, []string{"modelferry:cluster.create.admins: pulumi runs as " + stacktest.CallerArn + ", which is not among them: " +
			"pulumi up by it cannot make what runs on the cluster"}, stacktest.RunStack(t, "eks", stranger, preview).Warnings)
		require.Empty(t, stacktest.RunStack(t, "eks", nil, preview).Warnings, "an administrator reads nothing")
	}
	require.Empty(t, stacktest.Up(t, "eks", map[string]any{"cluster": object{"existing": "production"}}).Warnings, "whose entries are its owner's")
}
