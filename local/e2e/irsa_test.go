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
	authv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/modelferry/modelferry/local/internal/node"
)

// TestIRSA_limitsAccessToPrefix checks that a service's role reads its own prefix and nothing else. There is no
// such scenario for GKE: the emulator of Cloud Storage does not check who asks.
func TestIRSA_limitsAccessToPrefix(t *testing.T) {
	forStack(t, "eks", func(c *cloud) {
		t := c.t
		c.start()
		info, err := node.ReadInfo(c.Layout)
		require.NoError(t, err)
		role := c.assumeRole(info, bankchurnDeployment, bankchurnDeployment)
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

// TestIRSA_refusesOtherServiceAccount checks that a service's account cannot assume another service's role.
func TestIRSA_refusesOtherServiceAccount(t *testing.T) {
	forStack(t, "eks", func(c *cloud) {
		t := c.t
		c.start()
		info, err := node.ReadInfo(c.Layout)
		require.NoError(t, err)
		require.Empty(t, c.assumeRole(info, "nlpinsight-analyzer", bankchurnDeployment).AccessKeyID)
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

// assumeRole asks the token service for the role of roleAccount, with a token of tokenAccount. The result is empty
// when it refuses.
func (c *cloud) assumeRole(info node.Info, tokenAccount, roleAccount string) sessionCredentials {
	c.t.Helper()
	accounts := c.client().CoreV1().ServiceAccounts(namespace)
	account, err := accounts.Get(context.Background(), roleAccount, metav1.GetOptions{})
	require.NoError(c.t, err)
	token, err := accounts.CreateToken(context.Background(), tokenAccount, &authv1.TokenRequest{
		Spec: authv1.TokenRequestSpec{Audiences: []string{"sts.amazonaws.com"}},
	}, metav1.CreateOptions{})
	require.NoError(c.t, err)
	response, err := http.PostForm(info.STSURL, url.Values{
		"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"}, "RoleSessionName": {"e2e"},
		"RoleArn": {account.Annotations["eks.amazonaws.com/role-arn"]}, "WebIdentityToken": {token.Status.Token},
	})
	require.NoError(c.t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	var role sessionCredentials
	if response.StatusCode == http.StatusOK {
		require.NoError(c.t, xml.Unmarshal(content, &role))
	}
	return role
}
