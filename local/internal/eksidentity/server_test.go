package eksidentity

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
)

func TestConfigHasAssociation_delay(t *testing.T) {
	c := Config{StackDir: t.TempDir()}
	put := func(created time.Time) {
		require.NoError(t, cloudstate.Update(c.StackDir, func(cloud *cloudstate.Cloud) error {
			cloud.Put(cloudstate.Resource{
				Type: aws.PodIdentityAssociationType, ID: "a-1", Created: created,
				Inputs: object{"namespace": "ml", "serviceAccount": "bankchurn"},
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
	put(time.Now())
	requireAssociation(false, "ml", "bankchurn")
	put(time.Time{}) // an update does not change the time of creation
	requireAssociation(false, "ml", "bankchurn")
	put(time.Now().Add(-associationDelay))
	requireAssociation(true, "ml", "bankchurn")
	requireAssociation(false, "ml", "other")
	requireAssociation(false, "other", "bankchurn")
}
