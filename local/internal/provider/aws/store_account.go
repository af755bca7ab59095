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

// RoleCredentials are the object-store account of a role, named by the role's unique id. The secret follows from the root account's: nothing more has to be kept.
func RoleCredentials(root secrets.StoreAccount, roleID string) secrets.StoreAccount {
	mac := hmac.New(sha256.New, []byte(root.SecretKey))
	mac.Write([]byte(roleID))
	return secrets.StoreAccount{AccessKey: roleID, SecretKey: hex.EncodeToString(mac.Sum(nil))[:40]} // as long as AWS's are
}

// gatewayAccount is how versitygw's admin API writes one down.
type gatewayAccount struct {
	XMLName   xml.Name `xml:"Account"`
	Access    string
	Secret    string
	Role      string
	UserID    int
	GroupID   int
	ProjectID int
}

// createAccount makes a plain account, which may do what a bucket's policy grants and nothing else.
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

func (s *storeClient) deleteAccount(ctx context.Context, accessKeyID string) error {
	status, message, err := s.adminRequest(ctx, "/delete-user?access="+url.QueryEscape(accessKeyID), nil)
	if err == nil && status >= http.StatusBadRequest && status != http.StatusNotFound {
		err = fmt.Errorf("object store: %d %s", status, message)
	}
	return err
}

// adminRequest sends a request to versitygw's admin API, signed as root.
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
