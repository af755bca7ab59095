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

// LoadOrCreateServiceAccountKey returns the path of the key that signs service account tokens, and creates the key if
// there is none. A restart reuses it, so that the tokens of running pods stay valid. It is an RSA key, because the
// discovery documents of GKE and EKS list RS256 only.
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
