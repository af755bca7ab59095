//go:build e2e

package e2e

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/node"
)

// TestWorkloadIdentity_refusesOtherTokens checks that Cloud Storage takes access tokens of the metadata server only.
// TestIdentity_readsOwnPrefixesOnly has those.
func TestWorkloadIdentity_refusesOtherTokens(t *testing.T) {
	forStack(t, "gke", func(c *cloud) {
		t := c.t
		c.start()
		info, err := node.ReadInfo(c.Layout)
		require.NoError(t, err)
		const audience = "https://storage.googleapis.com"
		for _, test := range []struct{ name, token string }{
			{"none", ""},
			{"a Kubernetes token for Cloud Storage", c.serviceAccountToken(bankchurnDeployment, audience)},
			{"a Kubernetes token for another audience", c.serviceAccountToken(bankchurnDeployment, "https://example.com")},
			{"another issuer", foreignToken(t, "https://oidc.example.com", bankchurnDeployment, audience)},
			{"another key", foreignToken(t, info.OIDCIssuer, bankchurnDeployment, audience)},
			{"made up", "ya29.abcdefghijklmnopqrstuvwxyz"},
		} {
			t.Run(test.name, func(t *testing.T) {
				url := info.StoreURL + "/storage/v1/b/" + c.bucket("models") + "/o/bankchurn%2Fmodel.joblib?alt=media"
				request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
				require.NoError(t, err)
				if test.token != "" {
					request.Header.Set("Authorization", "Bearer "+test.token)
				}
				response, err := probeClient.Do(request)
				require.NoError(t, err)
				require.NoError(t, response.Body.Close())
				require.Equal(t, http.StatusUnauthorized, response.StatusCode)
			})
		}
	})
}
