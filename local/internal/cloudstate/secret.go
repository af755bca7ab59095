package cloudstate

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// StoreAccount are an S3 account's access key and secret.
type StoreAccount struct {
	AccessKey string `json:"accessKey"`
	SecretKey string `json:"secretKey"`
}

// ReadStoreAccount reads the object store's root account, which the node wrote when it started the store.
func ReadStoreAccount(dir string) (StoreAccount, error) {
	var keys StoreAccount
	content, err := os.ReadFile(filepath.Join(dir, "secret", "store.json"))
	if err != nil {
		return keys, fmt.Errorf("object store's account: %w", err)
	}
	if err := json.Unmarshal(content, &keys); err != nil {
		return keys, fmt.Errorf("object store's account, secret/store.json: %w", err)
	}
	return keys, nil
}

// ReadAdminToken reads the bearer token with which the API server knows the person at this machine.
func ReadAdminToken(dir string) (string, error) {
	content, err := os.ReadFile(filepath.Join(dir, "secret", "admin.token"))
	if err != nil {
		return "", fmt.Errorf("cluster's admin token: %w", err)
	}
	return strings.TrimSpace(string(content)), nil
}
