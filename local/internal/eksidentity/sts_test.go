package eksidentity

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/infra/eks"
	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/node/nodeinfo"
	"github.com/modelferry/modelferry/local/internal/provider"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
	"github.com/modelferry/modelferry/local/internal/provider/storetest"
	"github.com/modelferry/modelferry/local/internal/secrets"
)

const (
	issuer      = "https://10.214.0.2"
	providerARN = "arn:aws:iam::123456789012:oidc-provider/10.214.0.2"
	subject     = "system:serviceaccount:ml-portfolio:bankchurn"
	roleARN     = "arn:aws:iam::123456789012:role/bankchurn"
)

type object = map[string]any

// signer signs service account tokens as a cluster does.
type signer struct{ key *rsa.PrivateKey }

func newSigner(t *testing.T) signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	return signer{key}
}

func (s signer) fetchJWKS(context.Context) ([]byte, error) {
	return json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: s.key.Public(), KeyID: "1", Algorithm: "RS256", Use: "sig"}}})
}

func (s signer) token(t *testing.T, change func(*jwt.Claims)) string {
	t.Helper()
	claims := jwt.Claims{
		Issuer: issuer, Subject: subject, Audience: jwt.Audience{"sts.amazonaws.com"},
		Expiry: jwt.NewNumericDate(time.Now().Add(time.Hour)),
	}
	change(&claims)
	signing, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: s.key, KeyID: "1"}}, nil)
	require.NoError(t, err)
	token, err := jwt.Signed(signing).Claims(claims).Serialize()
	require.NoError(t, err)
	return token
}

// newCreator returns a function that creates AWS resources in the local cloud in dir, which has the clusters main and
// other.
func newCreator(t *testing.T, dir string) func(typ string, inputs object) {
	t.Helper()
	require.NoError(t, cloudstate.Update(dir, func(cloud *cloudstate.Cloud) error {
		for _, name := range []string{"main", "other"} {
			cloud.Put(cloudstate.Resource{Type: aws.ClusterType, ID: name, Inputs: object{"name": name}})
		}
		return nil
	}))
	p := provider.New(aws.Package(), &provider.Cloud{Dir: dir})
	_, err := p.Configure(context.Background(), plugin.ConfigureRequest{
		Inputs: resource.NewPropertyMapFromMap(object{"region": "eu-west-1"}),
	})
	require.NoError(t, err)
	return func(typ string, inputs object) {
		t.Helper()
		_, err := p.Create(context.Background(), plugin.CreateRequest{
			URN:  resource.NewURN("eks", "modelferry", "", tokens.Type(typ), "any"),
			Type: tokens.Type(typ), Properties: resource.NewPropertyMapFromMap(inputs),
		})
		require.NoError(t, err)
	}
}

// createIRSAResources creates an identity provider, a role that trusts one service account, and a bucket.
func createIRSAResources(t *testing.T, dir string) {
	t.Helper()
	create := newCreator(t, dir)
	create(aws.OIDCProviderType, object{"url": issuer, "clientIdLists": []any{"sts.amazonaws.com"}})
	create(aws.RoleType, object{"name": "bankchurn", "assumeRolePolicy": irsaTrustPolicy(t)})
	create("aws:s3/bucketV2:BucketV2", object{"bucket": "models"})
	create("aws:iam/rolePolicy:RolePolicy", object{"name": "read", "role": "bankchurn", "policy": `{"Version": "2012-10-17",
		"Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::models/bankchurn/*"]}]}`})
}

// irsaTrustPolicy returns the trust policy of the program.
func irsaTrustPolicy(t *testing.T) string {
	t.Helper()
	policy, err := eks.IRSATrustPolicy(providerARN, issuer, "ml-portfolio", "bankchurn")
	require.NoError(t, err)
	return policy
}

// putModels uploads the models of two services, and returns a function that creates clients of the object store.
func putModels(t *testing.T, dir string) func(sdk.CredentialsProvider) *s3.Client {
	t.Helper()
	node, err := nodeinfo.Read(filepath.Join(dir, "node.json"))
	require.NoError(t, err)
	client := func(provider sdk.CredentialsProvider) *s3.Client {
		return s3.New(s3.Options{BaseEndpoint: &node.StoreURL, UsePathStyle: true, Region: "eu-west-1", Credentials: provider})
	}
	root, err := secrets.ReadStoreAccount(dir)
	require.NoError(t, err)
	for _, key := range []string{"bankchurn/model.joblib", "nlpinsight/model.joblib"} {
		_, err := client(credentials.NewStaticCredentialsProvider(root.AccessKey, root.SecretKey, "")).
			PutObject(t.Context(), &s3.PutObjectInput{Bucket: sdk.String("models"), Key: &key, Body: strings.NewReader("model")})
		require.NoError(t, err)
	}
	return client
}

// requireReadsOwnPrefixOnly requires that the client can read the model of bankchurn, and not that of nlpinsight.
func requireReadsOwnPrefixOnly(t *testing.T, client *s3.Client) {
	t.Helper()
	got, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: sdk.String("models"), Key: sdk.String("bankchurn/model.joblib")})
	require.NoError(t, err)
	content, err := io.ReadAll(got.Body)
	require.NoError(t, err)
	require.Equal(t, "model", string(content))
	_, err = client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: sdk.String("models"), Key: sdk.String("nlpinsight/model.joblib")})
	require.ErrorContains(t, err, "AccessDenied")
}

// The AWS SDK gets credentials from STS and reads from the object store.
func TestSTS_readsItsPrefixOnly(t *testing.T) {
	dir := t.TempDir()
	storetest.StartS3(t, dir, "eu-west-1")
	createIRSAResources(t, dir)
	s := newSigner(t)
	service := httptest.NewServer(STSHandler(dir, &Verifier{Issuer: issuer, JWKS: s.fetchJWKS}, slog.New(slog.DiscardHandler)))
	t.Cleanup(service.Close)
	client := putModels(t, dir)
	file := filepath.Join(dir, "token")
	require.NoError(t, os.WriteFile(file, []byte(s.token(t, func(*jwt.Claims) {})), 0o600))
	pod := client(sdk.NewCredentialsCache(stscreds.NewWebIdentityRoleProvider(
		sts.New(sts.Options{BaseEndpoint: &service.URL, Region: "eu-west-1"}), roleARN, stscreds.IdentityTokenFile(file))))
	requireReadsOwnPrefixOnly(t, pod)
}

func TestSTS_errors(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, cloudstate.Update(dir, func(cloud *cloudstate.Cloud) error {
		cloud.Put(
			cloudstate.Resource{
				Type:   aws.OIDCProviderType,
				ID:     providerARN,
				Inputs: object{"url": issuer, "clientIdLists": []any{"sts.amazonaws.com"}},
			},
		)
		cloud.Put(
			cloudstate.Resource{
				Type:    aws.RoleType,
				ID:      "bankchurn",
				Outputs: object{"arn": roleARN},
				Inputs:  object{"assumeRolePolicy": irsaTrustPolicy(t)},
			},
		)
		return nil
	}))
	s, otherSigner := newSigner(t), newSigner(t)
	service := httptest.NewServer(STSHandler(dir, &Verifier{Issuer: issuer, JWKS: s.fetchJWKS}, slog.New(slog.DiscardHandler)))
	t.Cleanup(service.Close)
	client := sts.New(sts.Options{BaseEndpoint: &service.URL, Region: "eu-west-1"})
	for _, test := range []struct{ name, role, token, code string }{
		{"another service account", roleARN, s.token(t, func(c *jwt.Claims) { c.Subject = "system:serviceaccount:ml:other" }), "AccessDenied"},
		{"another role", roleARN + "x", s.token(t, func(*jwt.Claims) {}), "AccessDenied"},
		{"another audience", roleARN, s.token(t, func(c *jwt.Claims) { c.Audience = jwt.Audience{"api"} }), "InvalidIdentityToken"},
		{"another issuer", roleARN, s.token(t, func(c *jwt.Claims) { c.Issuer = "https://other" }), "InvalidIdentityToken"},
		{"signed by another issuer", roleARN, otherSigner.token(t, func(*jwt.Claims) {}), "InvalidIdentityToken"},
		{"expired", roleARN, s.token(t, func(c *jwt.Claims) { c.Expiry = jwt.NewNumericDate(time.Now().Add(-time.Hour)) }), "ExpiredTokenException"},
		{"without expiry", roleARN, s.token(t, func(c *jwt.Claims) { c.Expiry = nil }), "InvalidIdentityToken"},
		{"unsigned", roleARN, "eyJhbGciOiJub25lIn0.e30.", "InvalidIdentityToken"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := client.AssumeRoleWithWebIdentity(context.Background(), &sts.AssumeRoleWithWebIdentityInput{
				RoleArn: &test.role, RoleSessionName: sdk.String("test"), WebIdentityToken: &test.token,
			}, func(o *sts.Options) { o.RetryMaxAttempts = 1 })
			require.ErrorContains(t, err, test.code)
		})
	}
}

func TestSTS_propagation(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, cloudstate.SetPropagationDelay(dir, "1h"))
	s := newSigner(t)
	assume := func() error {
		verifier := &Verifier{Issuer: issuer, JWKS: s.fetchJWKS}
		_, err := assumeRoleWithWebIdentity(context.Background(), dir, verifier, roleARN, s.token(t, func(*jwt.Claims) {}))
		return err
	}
	put := func(typ, id string, updated time.Time, inputs object) {
		t.Helper()
		require.NoError(t, cloudstate.Update(dir, func(cloud *cloudstate.Cloud) error {
			cloud.Put(cloudstate.Resource{Type: typ, ID: id, Updated: updated, Inputs: inputs, Outputs: object{"arn": roleARN}})
			return nil
		}))
	}
	propagated := time.Now().Add(-2 * time.Hour)
	put(aws.OIDCProviderType, providerARN, propagated, object{"url": issuer, "clientIdLists": []any{"sts.amazonaws.com"}})
	put(aws.RoleType, "bankchurn", time.Time{}, object{"assumeRolePolicy": "{}"})
	require.ErrorContains(t, assume(), "the role does not exist", "a new role")
	put(aws.RoleType, "bankchurn", propagated, object{"assumeRolePolicy": irsaTrustPolicy(t)})
	put(aws.RoleType, "bankchurn", time.Time{}, object{"assumeRolePolicy": "{}"})
	require.NotContains(t, assume().Error(), "AccessDenied", "the former trust policy is still in effect")
}
