// Package releaser has the account with which modelferry releases models in a local cloud. On a cloud it is that of a
// person or a pipeline. It reads and creates objects below the services' prefixes and below ReleasesPrefix, and cannot
// change or delete one.
package releaser

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	// ReleasesPrefix is the prefix of the records of releases in a bucket.
	ReleasesPrefix = ".modelferry/releases/"
	// AccessKeyID of the releaser's account in the S3 server.
	AccessKeyID = "AKIAMODELFERRYRELEAS"
	// Email of the releaser's Google service account.
	Email = "releaser@modelferry-local.iam.gserviceaccount.com"
	// TokenPath is the path of the token endpoint at the address of the object store.
	TokenPath = "/oauth2/token" //nolint:gosec // not a credential
)

// keyFile is the path of the key of the Google service account, relative to the stack's folder.
const keyFile = "secret/releaser.json"

// serviceAccountKey is the file format of application default credentials for a service account. Clients sign a token
// with the private key, and exchange it at the token endpoint.
// https://cloud.google.com/iam/docs/keys-create-delete#creating
type serviceAccountKey struct {
	Type         string `json:"type"`
	ProjectID    string `json:"project_id"`
	PrivateKeyID string `json:"private_key_id"`
	PrivateKey   string `json:"private_key"`
	ClientEmail  string `json:"client_email"`
	ClientID     string `json:"client_id"`
	TokenURI     string `json:"token_uri"`
}

// WriteServiceAccountKey returns the path of the key file of the stack in dir. It creates the key if there is none.
// storeURL is the URL of the object store, which has the token endpoint.
func WriteServiceAccountKey(dir, storeURL string) (string, error) {
	path := filepath.Join(dir, keyFile)
	key, err := readServiceAccountKey(dir)
	if errors.Is(err, fs.ErrNotExist) {
		key, err = newServiceAccountKey()
	}
	if err != nil {
		return "", err
	}
	tokenURI := strings.TrimSuffix(storeURL, "/") + TokenPath
	if key.TokenURI == tokenURI {
		return path, nil
	}
	key.TokenURI = tokenURI
	content, err := json.MarshalIndent(key, "", "  ")
	if err != nil {
		return "", fmt.Errorf("releaser's key: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("releaser's key: %w", err)
	}
	if err := os.WriteFile(path+".new", append(content, '\n'), 0o600); err != nil {
		return "", fmt.Errorf("releaser's key: %w", err)
	}
	return path, os.Rename(path+".new", path)
}

// PublicKey returns the public key, and the token endpoint, of the releaser of the stack in dir.
func PublicKey(dir string) (key *rsa.PublicKey, tokenURI string, err error) {
	file, err := readServiceAccountKey(dir)
	if err != nil {
		return nil, "", err
	}
	block, _ := pem.Decode([]byte(file.PrivateKey))
	if block == nil {
		return nil, "", fmt.Errorf("releaser's key %s: no PEM block", keyFile)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, "", fmt.Errorf("releaser's key %s: %w", keyFile, err)
	}
	private, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, "", fmt.Errorf("releaser's key %s: must be an RSA key", keyFile)
	}
	return &private.PublicKey, file.TokenURI, nil
}

func readServiceAccountKey(dir string) (serviceAccountKey, error) {
	var key serviceAccountKey
	content, err := os.ReadFile(filepath.Join(dir, keyFile))
	if err != nil {
		return key, fmt.Errorf("releaser's key: %w", err)
	}
	if err := json.Unmarshal(content, &key); err != nil {
		return key, fmt.Errorf("releaser's key %s: %w", keyFile, err)
	}
	return key, nil
}

func newServiceAccountKey() (serviceAccountKey, error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048) // the clients sign with RS256
	if err != nil {
		return serviceAccountKey{}, fmt.Errorf("releaser's key: %w", err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return serviceAccountKey{}, fmt.Errorf("releaser's key: %w", err)
	}
	return serviceAccountKey{
		Type: "service_account", ProjectID: "modelferry-local", PrivateKeyID: rand.Text(),
		PrivateKey:  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})),
		ClientEmail: Email, ClientID: "100000000000000000001",
	}, nil
}
