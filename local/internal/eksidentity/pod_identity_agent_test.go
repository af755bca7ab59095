package eksidentity

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/infra/eks"
	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/eksidentity/trustpolicy"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
	"github.com/modelferry/modelferry/local/internal/provider/storetest"
)

const clusterARN = "arn:aws:eks:eu-west-1:123456789012:cluster/main"

// podIdentityTrustPolicy returns the trust policy of the program.
func podIdentityTrustPolicy(t *testing.T) string {
	t.Helper()
	policy, err := eks.PodIdentityTrustPolicy(clusterARN, "ml-portfolio", "bankchurn")
	require.NoError(t, err)
	return policy
}

// podIdentityToken returns a token for the agent, as the kubelet projects it, with changed claims.
func (s signer) podIdentityToken(t *testing.T, change func(*jwt.Claims)) string {
	t.Helper()
	return s.token(t, func(c *jwt.Claims) {
		c.Audience = jwt.Audience{trustpolicy.PodIdentityService}
		change(c)
	})
}

// The AWS SDK gets credentials from the agent and reads from the object store.
func TestPodIdentityAgent_readsItsPrefixOnly(t *testing.T) {
	dir := t.TempDir()
	storetest.StartS3(t, dir, "eu-west-1")
	create := newCreator(t, dir)
	create(aws.RoleType, object{"name": "bankchurn", "assumeRolePolicy": podIdentityTrustPolicy(t)})
	create("aws:s3/bucketV2:BucketV2", object{"bucket": "models"})
	policy, err := eks.ReadOnlyPolicy(
		[]eks.Prefix{{BucketArn: "arn:aws:s3:::models", Prefix: "bankchurn/"}},
		"arn:aws:kms:eu-west-1:123456789012:key/k",
		"eu-west-1",
	)
	require.NoError(t, err)
	create("aws:iam/rolePolicy:RolePolicy", object{"name": "read", "role": "bankchurn", "policy": policy})
	create(
		aws.PodIdentityAssociationType,
		object{"clusterName": "main", "namespace": "ml-portfolio", "serviceAccount": "bankchurn", "roleArn": roleARN},
	)

	s := newSigner(t)
	agent := httptest.NewServer(AgentHandler(dir, &Verifier{Issuer: issuer, JWKS: s.fetchJWKS}, slog.New(slog.DiscardHandler)))
	t.Cleanup(agent.Close)
	client := putModels(t, dir)
	pod := client(sdk.NewCredentialsCache(endpointcreds.New(agent.URL+credentialsPath, func(o *endpointcreds.Options) {
		o.AuthorizationToken = s.podIdentityToken(t, func(*jwt.Claims) {})
	})))
	requireReadsOwnPrefixOnly(t, pod)
}

func TestPodIdentityAgent_errors(t *testing.T) {
	s, otherSigner := newSigner(t), newSigner(t)
	withSubject := func(subject string) func(*jwt.Claims) { return func(c *jwt.Claims) { c.Subject = subject } }
	for _, test := range []struct {
		name, token, cluster, trust string
		status                      int
		want                        string
	}{
		{name: "no token", token: "", status: 400, want: "not a signed JWT"},
		{name: "token for STS", token: s.token(t, func(*jwt.Claims) {}), status: 400, want: "invalid token audience sts.amazonaws.com"},
		{name: "signed by another issuer", token: otherSigner.podIdentityToken(t, func(*jwt.Claims) {}), status: 400, want: "not signed by"},
		{name: "expired", token: s.podIdentityToken(t, func(c *jwt.Claims) { c.Expiry = jwt.NewNumericDate(time.Now().Add(-time.Hour)) }), status: 400, want: "expired"},
		{name: "service account without an association", token: s.podIdentityToken(t, withSubject("system:serviceaccount:ml-portfolio:other")), status: 404, want: "no association for"},
		{name: "same name in another namespace", token: s.podIdentityToken(t, withSubject("system:serviceaccount:other:bankchurn")), status: 404, want: "no association for"},
		{name: "subject is not a service account", token: s.podIdentityToken(t, withSubject("somebody")), status: 400, want: "must be a service account"},
		{name: "another cluster", cluster: "other", token: s.podIdentityToken(t, func(*jwt.Claims) {}), status: 403, want: "aws:RequestTag/eks-cluster-arn"},
		{name: "role for IRSA", trust: irsaTrustPolicy(t), token: s.podIdentityToken(t, func(*jwt.Claims) {}), status: 403, want: "no statement applies to action sts:AssumeRole of principal pods.eks.amazonaws.com"},
		{name: "no permission to tag the session", trust: strings.Replace(podIdentityTrustPolicy(t), `,"sts:TagSession"`, "", 1), token: s.podIdentityToken(t, func(*jwt.Claims) {}), status: 403, want: "sts:TagSession"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			create := newCreator(t, dir)
			if test.trust == "" {
				test.trust = podIdentityTrustPolicy(t)
			}
			if test.cluster == "" {
				test.cluster = "main"
			}
			require.NoError(t, cloudstate.Update(dir, func(cloud *cloudstate.Cloud) error {
				cloud.Put(
					cloudstate.Resource{
						Type:    aws.RoleType,
						ID:      "bankchurn",
						Outputs: object{"arn": roleARN},
						Inputs:  object{"assumeRolePolicy": test.trust},
					},
				)
				return nil
			}))
			create(
				aws.PodIdentityAssociationType,
				object{"clusterName": test.cluster, "namespace": "ml-portfolio", "serviceAccount": "bankchurn", "roleArn": roleARN},
			)
			request := httptest.NewRequest(http.MethodGet, credentialsPath, nil)
			request.Header.Set("Authorization", test.token)
			recorder := httptest.NewRecorder()
			AgentHandler(dir, &Verifier{Issuer: issuer, JWKS: s.fetchJWKS}, slog.New(slog.DiscardHandler)).ServeHTTP(recorder, request)
			require.Equal(t, test.status, recorder.Code)
			require.Contains(t, recorder.Body.String(), test.want)
			require.NotContains(t, recorder.Body.String(), "AccessKeyId")
		})
	}
}
