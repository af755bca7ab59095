package main_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/signature"
)

// signer signs models with a key of its own.
type signer struct{ key crypto.Signer }

func newSigner(t *testing.T) signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return signer{key}
}

// sign returns the bundle of files by path.
func (s signer) sign(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var list []signature.File
	for name, content := range files {
		list = append(list, signature.File{Path: name, Digests: signature.Digests{SHA256: sha256Hex(content)}})
	}
	bundle, err := signature.Sign("model", list, s.key)
	require.NoError(t, err)
	return bundle
}

// required returns the value of MODEL_SIGNATURE.
func (s signer) required(t *testing.T) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(s.key.Public())
	require.NoError(t, err)
	text, err := json.Marshal(map[string]string{
		"path": "models/m.sig", "key": string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
	})
	require.NoError(t, err)
	return string(text)
}

// signStatement returns the bundle of a statement, whatever it says. resources are its names and digests.
func (s signer) signStatement(t *testing.T, serialization string, resources ...[2]string) []byte {
	t.Helper()
	root, list := sha256.New(), make([]map[string]string, len(resources))
	for i, r := range resources {
		list[i] = map[string]string{"name": r[0], "digest": r[1], "algorithm": "sha256"}
		raw, err := hex.DecodeString(r[1])
		require.NoError(t, err)
		root.Write(raw)
	}
	payload, err := json.Marshal(map[string]any{
		"_type": "https://in-toto.io/Statement/v1", "predicateType": signature.PredicateType,
		"subject":   []any{map[string]any{"name": "m", "digest": map[string]string{"sha256": hex.EncodeToString(root.Sum(nil))}}},
		"predicate": map[string]any{"resources": list, "serialization": json.RawMessage(serialization)},
	})
	require.NoError(t, err)
	const payloadType = "application/vnd.in-toto+json"
	digest := sha256.Sum256(fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(payloadType), payloadType, len(payload), payload))
	sig, err := s.key.Sign(rand.Reader, digest[:], crypto.SHA256)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(s.key.Public())
	require.NoError(t, err)
	bundle, err := json.Marshal(map[string]any{
		"mediaType":            "application/vnd.dev.sigstore.bundle.v0.3+json",
		"verificationMaterial": map[string]any{"publicKey": map[string]any{"rawBytes": der}},
		"dsseEnvelope": map[string]any{
			"payload": payload, "payloadType": payloadType, "signatures": []any{map[string]any{"sig": sig}},
		},
	})
	require.NoError(t, err)
	return bundle
}
