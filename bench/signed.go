package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"

	"github.com/modelferry/modelferry/fetcher/signature"
)

// signSmall signs the small object with a new key, writes the signature beside it, and returns the value of
// MODEL_SIGNATURE that requires it.
func signSmall(o objects) (string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", err
	}
	file := signature.File{Path: o.small, Digests: signature.Digests{SHA256: digest(filepath.Join(o.folder, o.small))}}
	bundle, err := signature.Sign(o.small, []signature.File{file}, key)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(o.folder, o.signature), bundle, 0o644); err != nil {
		return "", err
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return "", err
	}
	required, err := json.Marshal(map[string]string{
		"path": o.signature, "key": string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
	})
	return string(required), err
}
