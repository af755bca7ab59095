// Package secrets reads the credentials that a node writes to the folder secret/ of its stack, for clients on the host.
// The files are readable by their owner only.
package secrets

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Paths relative to the stack's folder.
const (
	// AdminTokenFile contains the bearer token of the cluster's administrator.
	AdminTokenFile = "secret/admin.token"
	// CallerTokenFile contains the token of the identity that Pulumi runs with. EKS authenticates it by access entries.
	CallerTokenFile = "secret/caller.token"
	// StoreAccountFile contains the StoreAccount of the object store's administrator as JSON.
	StoreAccountFile = "secret/store.json"
)

// StoreAccount is the access key of an account of the S3 server. Cloud Storage takes the administrator's secret key
// as a bearer token.
type StoreAccount struct {
	AccessKey string `json:"accessKey"`
	SecretKey string `json:"secretKey"`
}

// ReadStoreAccount returns the object store's root account. dir is the stack's folder.
func ReadStoreAccount(dir string) (StoreAccount, error) {
	var account StoreAccount
	content, err := os.ReadFile(filepath.Join(dir, StoreAccountFile))
	if err != nil {
		return account, fmt.Errorf("object store's account: %w", err)
	}
	if err := json.Unmarshal(content, &account); err != nil {
		return account, fmt.Errorf("object store's account, %s: %w", StoreAccountFile, err)
	}
	return account, nil
}

// ReadAdminToken returns the bearer token of the cluster's administrator. dir is the stack's folder.
func ReadAdminToken(dir string) (string, error) { return readToken(dir, AdminTokenFile) }

// ReadCallerToken returns the token of the identity that Pulumi runs with. dir is the stack's folder.
func ReadCallerToken(dir string) (string, error) { return readToken(dir, CallerTokenFile) }

func readToken(dir, name string) (string, error) {
	content, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return "", fmt.Errorf("cluster's token: %w", err)
	}
	return strings.TrimSpace(string(content)), nil
}
