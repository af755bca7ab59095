//go:build e2e

package e2e

import (
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/modelferry/modelferry/local/internal/node"
)

// TestIRSA_limitsAccessToPrefix checks that a service's role reads its own prefix and nothing else.
func TestIRSA_limitsAccessToPrefix(t *testing.T) {
	forStack(t, "eks", func(c *cloud) {
		t := c.t
		c.start()
		info, err := node.ReadInfo(c.Layout)
		require.NoError(t, err)
		role := c.assumeRole(info, c.roleOf(bankchurnDeployment), c.serviceAccountToken(bankchurnDeployment, "sts.amazonaws.com"))
		require.NotEmpty(t, role.AccessKeyID, "the service's own account may assume the role")
		client := s3.New(s3.Options{
			BaseEndpoint: aws.String(info.StoreURL), UsePathStyle: true, Region: info.Region,
			Credentials: credentials.NewStaticCredentialsProvider(role.AccessKeyID, role.SecretAccessKey, role.SessionToken),
		})

		bucket := aws.String(c.bucket("models"))
		own, other, added := aws.String("bankchurn/model.joblib"), aws.String("nlpinsight/model.joblib"), aws.String("bankchurn/added")
		object, err := client.GetObject(context.Background(), &s3.GetObjectInput{Bucket: bucket, Key: own})
		require.NoError(t, err)
		require.NoError(t, object.Body.Close())
		_, err = client.GetObject(context.Background(), &s3.GetObjectInput{Bucket: bucket, Key: other})
		requireAccessDenied(t, err)
		_, err = client.PutObject(context.Background(), &s3.PutObjectInput{Bucket: bucket, Key: added})
		requireAccessDenied(t, err)
		_, err = client.DeleteObject(context.Background(), &s3.DeleteObjectInput{Bucket: bucket, Key: own})
		requireAccessDenied(t, err)
	})
}

// TestIRSA_refusesOtherTokens checks that only a token of the service's own account, of the cluster, and for STS can
// assume its role.
func TestIRSA_refusesOtherTokens(t *testing.T) {
	forStack(t, "eks", func(c *cloud) {
		t := c.t
		c.start()
		info, err := node.ReadInfo(c.Layout)
		require.NoError(t, err)
		const audience = "sts.amazonaws.com"
		role := c.roleOf(bankchurnDeployment)
		for _, test := range []struct {
			name, token string
			allowed     bool
		}{
			{"own", c.serviceAccountToken(bankchurnDeployment, audience), true},
			{"another service account", c.serviceAccountToken("nlpinsight-analyzer", audience), false},
			{"another audience", c.serviceAccountToken(bankchurnDeployment, "https://example.com"), false},
			{"another issuer", foreignToken(t, "https://oidc.example.com", bankchurnDeployment, audience), false},
			{"another key", foreignToken(t, info.OIDCIssuer, bankchurnDeployment, audience), false},
		} {
			t.Run(test.name, func(t *testing.T) {
				session := c.withT(t).assumeRole(info, role, test.token)
				require.Equal(t, test.allowed, session.AccessKeyID != "")
			})
		}
	})
}

func requireAccessDenied(t *testing.T, err error) {
	t.Helper()
	var apiError smithy.APIError
	require.ErrorAs(t, err, &apiError)
	require.Equal(t, "AccessDenied", apiError.ErrorCode())
}

// sessionCredentials are what the token service returns.
type sessionCredentials struct {
	AccessKeyID     string `xml:"AssumeRoleWithWebIdentityResult>Credentials>AccessKeyId"`
	SecretAccessKey string `xml:"AssumeRoleWithWebIdentityResult>Credentials>SecretAccessKey"`
	SessionToken    string `xml:"AssumeRoleWithWebIdentityResult>Credentials>SessionToken"`
}

// roleOf returns the ARN of a service account's role.
func (c *cloud) roleOf(account string) string {
	c.t.Helper()
	found, err := c.client().CoreV1().ServiceAccounts(namespace).Get(context.Background(), account, metav1.GetOptions{})
	require.NoError(c.t, err)
	return found.Annotations["eks.amazonaws.com/role-arn"]
}

// assumeRole asks the token service for a role. The result is empty when it refuses.
func (c *cloud) assumeRole(info node.Info, role, token string) sessionCredentials {
	c.t.Helper()
	response, err := http.PostForm(info.STSURL, url.Values{
		"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"}, "RoleSessionName": {"e2e"},
		"RoleArn": {role}, "WebIdentityToken": {token},
	})
	require.NoError(c.t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	var session sessionCredentials
	if response.StatusCode == http.StatusOK {
		require.NoError(c.t, xml.Unmarshal(content, &session))
	}
	return session
}
