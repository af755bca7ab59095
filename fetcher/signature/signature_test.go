package signature_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/signature"
)

// newModel returns a signed model of two files.
func newModel(tb testing.TB) signedModel {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	return signModel(tb, key, map[string][]byte{"config.json": []byte("{}"), "onnx/model.onnx": []byte("weights")})
}

func signModel(tb testing.TB, key crypto.Signer, files map[string][]byte) signedModel {
	tb.Helper()
	bundle, err := signature.Sign("finbert", hashed(files), key)
	require.NoError(tb, err)
	verifier, err := signature.ByKey(publicPEM(tb, key.Public()))
	require.NoError(tb, err)
	return signedModel{bundle: bundle, verifier: verifier, files: files}
}

func publicPEM(tb testing.TB, key crypto.PublicKey) []byte {
	tb.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	require.NoError(tb, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

func TestByKey_keysOfTheRegistry(t *testing.T) {
	files := map[string][]byte{"model.onnx": []byte("weights")}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	keys := map[string]crypto.Signer{"Ed25519": edKey}
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		keys[curve.Params().Name], err = ecdsa.GenerateKey(curve, rand.Reader)
		require.NoError(t, err)
	}
	for name, key := range keys {
		t.Run(name, func(t *testing.T) {
			model := signModel(t, key, files)
			require.NoError(t, model.verify(model.bundle, files))
			for other, otherKey := range keys {
				if other != name {
					stranger := signModel(t, otherKey, files)
					require.ErrorContains(t, model.verify(stranger.bundle, files), "signed with another key")
				}
			}
		})
	}
}

func TestByKey_invalid(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	require.NoError(t, err)
	valid, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(valid)
	require.NoError(t, err)
	twice := append(publicPEM(t, valid.Public()), publicPEM(t, valid.Public())...)
	for _, tt := range []struct {
		name string
		pem  []byte
		want string
	}{
		{"empty", nil, "must be a public key in PEM"},
		{"RSA", publicPEM(t, rsaKey.Public()), "must be an ECDSA key of P-256, P-384 or P-521, or an Ed25519 key"},
		{"P-224", publicPEM(t, p224.Public()), "must be an ECDSA key of P-256"},
		{"a private key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), "is a PRIVATE KEY, must be a PUBLIC KEY"},
		{"two keys", twice, "must be one public key"},
		{"not a key", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte("x")}), "invalid key: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := signature.ByKey(tt.pem)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

// The hint can be that of the key although another one signed.
func TestVerify_hintOfAnotherKey(t *testing.T) {
	ours, theirs := newModel(t), newModel(t)
	var mine, other map[string]any
	require.NoError(t, json.Unmarshal(ours.bundle, &mine))
	require.NoError(t, json.Unmarshal(theirs.bundle, &other))
	other["verificationMaterial"] = mine["verificationMaterial"]
	forged, err := json.Marshal(other)
	require.NoError(t, err)
	require.ErrorContains(t, ours.verify(forged, theirs.files), "the signature was not made with the configured key")
}
