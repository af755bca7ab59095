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

// access checks, on EKS, that a service's identity opens its own prefix and
// nothing else. The emulator of Cloud Storage asks nobody who they are, so on
// GKE there is nothing to see: there the grants' tests stand for it.
func access(t *testing.T, c cloud) {
	if c.Stack != "eks" {
		return
	}
	i, err := node.ReadInfo(c.Layout)
	require.NoError(t, err)
	bucket, prefix := c.bucket("models"), "bankchurn/"
	bankchurn := c.assume(i, "bankchurn-predictor", "bankchurn-predictor")
	require.NotEmpty(t, bankchurn.AccessKeyID, "its own service account has to be let in")

	client := s3.New(s3.Options{
		BaseEndpoint: aws.String(i.StoreURL), UsePathStyle: true, Region: i.Region,
		Credentials: credentials.NewStaticCredentialsProvider(bankchurn.AccessKeyID, bankchurn.SecretAccessKey, bankchurn.SessionToken),
	})
	get := func(key string) error {
		object, err := client.GetObject(context.Background(), &s3.GetObjectInput{Bucket: &bucket, Key: &key})
		if err == nil {
			_ = object.Body.Close()
		}
		return err
	}
	require.NoError(t, get(prefix+"model.joblib"))
	denied := func(err error) {
		t.Helper()
		var refusal smithy.APIError
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, "AccessDenied", refusal.ErrorCode())
	}
	denied(get("nlpinsight/model.joblib"))
	_, err = client.PutObject(context.Background(), &s3.PutObjectInput{Bucket: &bucket, Key: aws.String(prefix + "mine")})
	denied(err)
	_, err = client.DeleteObject(context.Background(), &s3.DeleteObjectInput{Bucket: &bucket, Key: aws.String(prefix + "model.joblib")})
	denied(err)

	require.Empty(t, c.assume(i, "nlpinsight-analyzer", "bankchurn-predictor").AccessKeyID,
		"another service's account has to be turned away")
}

// session is what the token service hands out.
type session struct {
	AccessKeyID     string `xml:"AssumeRoleWithWebIdentityResult>Credentials>AccessKeyId"`
	SecretAccessKey string `xml:"AssumeRoleWithWebIdentityResult>Credentials>SecretAccessKey"`
	SessionToken    string `xml:"AssumeRoleWithWebIdentityResult>Credentials>SessionToken"`
}

// assume asks the token service for the role of one service account with the
// token of another, or of the same; empty when it refuses.
func (c cloud) assume(i node.Info, account, roleOf string) session {
	c.t.Helper()
	accounts := c.client().CoreV1().ServiceAccounts("ml-portfolio")
	owner, err := accounts.Get(context.Background(), roleOf, metav1.GetOptions{})
	require.NoError(c.t, err)
	token, err := accounts.CreateToken(context.Background(), account, &authv1.TokenRequest{
		Spec: authv1.TokenRequestSpec{Audiences: []string{"sts.amazonaws.com"}},
	}, metav1.CreateOptions{})
	require.NoError(c.t, err)
	response, err := http.PostForm(i.STSURL, url.Values{
		"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"}, "RoleSessionName": {"e2e"},
		"RoleArn": {owner.Annotations["eks.amazonaws.com/role-arn"]}, "WebIdentityToken": {token.Status.Token},
	})
	require.NoError(c.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	var s session
	if response.StatusCode == http.StatusOK {
		require.NoError(c.t, xml.Unmarshal(text, &s))
	}
	return s
}
