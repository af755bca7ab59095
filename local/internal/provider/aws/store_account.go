package aws

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/modelferry/modelferry/local/internal/secrets"
)

// RoleCredentials returns the credentials of a role's account in the object store. The access key ID is the role's
// unique ID. The secret is derived from the root account's, so it need not be saved.
func RoleCredentials(root secrets.StoreAccount, roleID string) secrets.StoreAccount {
	mac := hmac.New(sha256.New, []byte(root.SecretKey))
	mac.Write([]byte(roleID))
	return secrets.StoreAccount{AccessKey: roleID, SecretKey: hex.EncodeToString(mac.Sum(nil))[:40]} // AWS's length
}

// gatewayAccount is an account in versitygw's admin API.
type gatewayAccount struct {
	XMLName   xml.Name `xml:"Account"`
	Access    string
	Secret    string
	Role      string
	UserID    int
	GroupID   int
	ProjectID int
}

// createAccount creates an account that can do only what bucket policies allow. It is no error if the account exists.
func (s *storeClient) createAccount(ctx context.Context, keys secrets.StoreAccount) error {
	body, err := xml.Marshal(gatewayAccount{Access: keys.AccessKey, Secret: keys.SecretKey, Role: "user"})
	if err != nil {
		return err
	}
	status, message, err := s.adminRequest(ctx, "/create-user", body)
	if err == nil && status >= http.StatusBadRequest && status != http.StatusConflict {
		err = fmt.Errorf("object store: %d %s", status, message)
	}
	return err
}

// deleteAccount deletes an account. It is no error if the account does not exist.
func (s *storeClient) deleteAccount(ctx context.Context, accessKeyID string) error {
	status, message, err := s.adminRequest(ctx, "/delete-user?access="+url.QueryEscape(accessKeyID), nil)
	if err == nil && status >= http.StatusBadRequest && status != http.StatusNotFound {
		err = fmt.Errorf("object store: %d %s", status, message)
	}
	return err
}

// adminRequest sends a request to versitygw's admin API, signed by the root account, and returns the status code and
// the response's body.
func (s *storeClient) adminRequest(ctx context.Context, path string, body []byte) (int, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPatch, s.endpoint+path, bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	sum := sha256.Sum256(body)
	digest := hex.EncodeToString(sum[:])
	req.Header.Set("X-Amz-Content-Sha256", digest)
	credentials := sdk.Credentials{AccessKeyID: s.root.AccessKey, SecretAccessKey: s.root.SecretKey}
	if err := v4.NewSigner().SignHTTP(ctx, credentials, req, digest, "s3", s.region, time.Now()); err != nil {
		return 0, "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", fmt.Errorf("object store: %w", err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(content), err
}
