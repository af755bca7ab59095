package pki

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// LoadOrCreateServiceAccountKey returns the file of the key that signs service-account tokens, and makes it when
// there is none: it stays the same over a restart, or the tokens of running pods would lose their worth. It is RSA,
// as in GKE and EKS, whose issuers' documents list RS256 alone.
func LoadOrCreateServiceAccountKey(dir string) (string, error) {
	path := filepath.Join(dir, "service-account.key")
	_, err := os.Stat(path)
	if err == nil {
		return path, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("service-account key: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("service-account key: %w", err)
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", fmt.Errorf("service-account key: %w", err)
	}
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	return path, writePrivate(path, pem.EncodeToMemory(block))
}
