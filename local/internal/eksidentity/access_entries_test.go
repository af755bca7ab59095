package eksidentity_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	authenticationv1 "k8s.io/api/authentication/v1"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/eksidentity"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
)

const callerToken = "k8s-aws-v1.caller"

// review returns the status that the webhook gives a token.
func review(t *testing.T, dir, token string) authenticationv1.TokenReviewStatus {
	t.Helper()
	body, err := json.Marshal(authenticationv1.TokenReview{Spec: authenticationv1.TokenReviewSpec{Token: token}})
	require.NoError(t, err)
	recorder := httptest.NewRecorder()
	eksidentity.AuthenticationHandler(dir, callerToken, slog.New(slog.DiscardHandler)).
		ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, "/authenticate", bytes.NewReader(body)))
	require.Equal(t, http.StatusOK, recorder.Code)
	require.NotContains(t, recorder.Body.String(), token)
	var answer authenticationv1.TokenReview
	require.NoError(t, json.Unmarshal(recorder.Body.Bytes(), &answer))
	return answer.Status
}

func put(t *testing.T, dir string, resources ...cloudstate.Resource) {
	t.Helper()
	require.NoError(t, cloudstate.Update(dir, func(cloud *cloudstate.Cloud) error {
		for _, resource := range resources {
			cloud.Put(resource)
		}
		return nil
	}))
}

func cluster() cloudstate.Resource { return cloudstate.Resource{Type: aws.ClusterType, ID: "main"} }

func accessEntry(principal string) cloudstate.Resource {
	return cloudstate.Resource{Type: aws.AccessEntryType, ID: principal, Outputs: map[string]any{"principalArn": principal}}
}

func association(principal, policy string) cloudstate.Resource {
	return cloudstate.Resource{Type: aws.AccessPolicyAssociationType, ID: principal, Outputs: map[string]any{
		"principalArn": principal, "policyArn": "arn:aws:eks::aws:cluster-access-policy/" + policy,
	}}
}

func TestAuthenticationHandler(t *testing.T) {
	const admin, view = "AmazonEKSClusterAdminPolicy", "AmazonEKSViewPolicy"
	caller, other := "arn:aws:iam::123456789012:role/ml-platform", "arn:aws:iam::123456789012:role/not-ml-platform"
	for name, c := range map[string]struct {
		resources     []cloudstate.Resource
		token         string
		authenticated bool
		groups        []string
	}{
		"administrator":          {[]cloudstate.Resource{cluster(), accessEntry(caller), association(caller, admin)}, callerToken, true, []string{"system:masters"}},
		"role with a path":       {[]cloudstate.Resource{cluster(), accessEntry("arn:aws:iam::1:role/a/b/ml-platform")}, callerToken, true, nil},
		"no policy":              {[]cloudstate.Resource{cluster(), accessEntry(caller)}, callerToken, true, nil},
		"viewer":                 {[]cloudstate.Resource{cluster(), accessEntry(caller), association(caller, view)}, callerToken, true, nil},
		"policy of another role": {[]cloudstate.Resource{cluster(), accessEntry(caller), association(other, admin)}, callerToken, true, nil},
		"entry of another role":  {[]cloudstate.Resource{cluster(), accessEntry(other), association(other, admin)}, callerToken, false, nil},
		"policy without entry":   {[]cloudstate.Resource{cluster(), association(caller, admin)}, callerToken, false, nil},
		"no entries":             {[]cloudstate.Resource{cluster()}, callerToken, false, nil},
		"existing cluster":       {nil, callerToken, true, []string{"system:masters"}},
		"another token":          {nil, "k8s-aws-v1.other", false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, c.resources...)
			status := review(t, dir, c.token)
			require.Equal(t, c.authenticated, status.Authenticated)
			require.Equal(t, c.groups, status.User.Groups)
		})
	}
}

func TestAuthenticationHandler_propagationDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, cloudstate.SetPropagationDelay(dir, "10s"))
		principal := "arn:aws:iam::123456789012:role/ml-platform"
		put(t, dir, cluster(), accessEntry(principal), association(principal, "AmazonEKSClusterAdminPolicy"))
		require.False(t, review(t, dir, callerToken).Authenticated)
		time.Sleep(11 * time.Second)
		require.Equal(t, []string{"system:masters"}, review(t, dir, callerToken).User.Groups)
		require.NoError(t, cloudstate.Update(dir, func(cloud *cloudstate.Cloud) error {
			cloud.Remove(aws.AccessEntryType, principal)
			return nil
		}))
		require.True(t, review(t, dir, callerToken).Authenticated)
		time.Sleep(11 * time.Second)
		require.False(t, review(t, dir, callerToken).Authenticated)
	})
}

func TestAuthenticationHandler_invalidRequest(t *testing.T) {
	recorder := httptest.NewRecorder()
	eksidentity.AuthenticationHandler(t.TempDir(), callerToken, slog.New(slog.DiscardHandler)).
		ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, "/authenticate", strings.NewReader("{")))
	require.Equal(t, http.StatusBadRequest, recorder.Code)
}
