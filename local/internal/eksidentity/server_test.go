package eksidentity

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
)

const propagationDelay = 20 * time.Second

func TestConfigHasAssociation_propagation(t *testing.T) {
	c := Config{StackDir: t.TempDir()}
	require.NoError(t, cloudstate.SetPropagationDelay(c.StackDir, propagationDelay.String()))
	put := func(updated time.Time, serviceAccount string) {
		require.NoError(t, cloudstate.Update(c.StackDir, func(cloud *cloudstate.Cloud) error {
			cloud.Put(cloudstate.Resource{
				Type: aws.PodIdentityAssociationType, ID: "a-1", Updated: updated,
				Inputs: object{"namespace": "ml", "serviceAccount": serviceAccount},
			})
			return nil
		}))
	}
	requireAssociation := func(want bool, namespace, name string) {
		t.Helper()
		has, err := c.hasAssociation(namespace, name)
		require.NoError(t, err)
		require.Equal(t, want, has)
	}
	requireAssociation(false, "ml", "bankchurn")
	put(time.Time{}, "bankchurn")
	requireAssociation(false, "ml", "bankchurn")
	put(time.Now().Add(-propagationDelay), "bankchurn")
	requireAssociation(true, "ml", "bankchurn")
	requireAssociation(false, "ml", "other")
	requireAssociation(false, "other", "bankchurn")
	require.NoError(t, cloudstate.Update(c.StackDir, func(cloud *cloudstate.Cloud) error {
		cloud.Remove(aws.PodIdentityAssociationType, "a-1")
		return nil
	}))
	requireAssociation(true, "ml", "bankchurn") // the webhook has not learned of the removal
}

func TestConfigGetServiceAccount_propagation(t *testing.T) {
	ago := func(d time.Duration) metav1.Time { return metav1.NewTime(time.Now().Add(-d)) }
	managedAgo := func(d time.Duration, fields string) []metav1.ManagedFieldsEntry {
		changed := ago(d)
		return []metav1.ManagedFieldsEntry{{Manager: "pulumi", Time: &changed, FieldsV1: &metav1.FieldsV1{Raw: []byte(fields)}}}
	}
	const roleField = `{"f:metadata":{"f:annotations":{"f:eks.amazonaws.com/role-arn":{}}}}`
	for _, test := range []struct {
		name    string
		created time.Duration
		managed []metav1.ManagedFieldsEntry
		want    bool
	}{
		{"new account", 0, nil, false},
		{"old account", propagationDelay, nil, true},
		{"new annotation of an old account", time.Hour, managedAgo(time.Second, roleField), false},
		{"old annotation", time.Hour, managedAgo(propagationDelay, roleField), true},
		{"another field is new", time.Hour, managedAgo(time.Second, `{"f:metadata":{"f:labels":{}}}`), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := Config{StackDir: t.TempDir(), Client: fake.NewClientset(&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{
				Namespace: "ml", Name: "bankchurn", CreationTimestamp: ago(test.created), ManagedFields: test.managed,
				Annotations: map[string]string{roleAnnotation: "arn:aws:iam::1:role/r"},
			}})}
			require.NoError(t, cloudstate.SetPropagationDelay(c.StackDir, propagationDelay.String()))
			account, err := c.getServiceAccount(context.Background(), "ml", "bankchurn")
			require.NoError(t, err)
			_, has := irsaMutationFor(account, "", "")
			require.Equal(t, test.want, has)
		})
	}
}
