package signature_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/signature"
)

// A bundle of cosign sign-blob --key has the signature of the file's digest.
// https://github.com/sigstore/cosign/blob/main/doc/cosign_sign-blob.md
func TestVerify_messageSignature(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	verifier, err := signature.ByKey(publicPEM(t, key.Public()))
	require.NoError(t, err)
	digest := sha256.Sum256([]byte("weights"))
	sig, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	require.NoError(t, err)
	other := sha256.Sum256([]byte("other weights"))
	fingerprint := sha256.Sum256(publicPEM(t, key.Public()))
	bundle := func(algorithm string, digest []byte) []byte {
		text, err := json.Marshal(map[string]any{
			"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
			"verificationMaterial": map[string]any{
				"publicKey": map[string]any{"hint": hex.EncodeToString(fingerprint[:])},
				// cosign uploads to a transparency log by default.
				"tlogEntries": []any{map[string]any{"logIndex": "1", "logId": map[string]any{"keyId": "AA=="}}},
			},
			"messageSignature": map[string]any{
				"messageDigest": map[string]any{"algorithm": algorithm, "digest": digest}, "signature": sig,
			},
		})
		require.NoError(t, err)
		return text
	}
	parsed, err := signature.Parse(bundle("SHA2_256", digest[:]))
	require.NoError(t, err)
	manifest, err := verifier.Verify(parsed, at)
	require.NoError(t, err)
	require.NoError(t, manifest.VerifyFile(signature.Digests{SHA256: hex.EncodeToString(digest[:])}))
	require.ErrorContains(t, manifest.VerifyFile(signature.Digests{SHA256: hex.EncodeToString(other[:])}), "has other content")

	parsed, err = signature.Parse(bundle("SHA2_256", other[:]))
	require.NoError(t, err)
	_, err = verifier.Verify(parsed, at)
	require.ErrorContains(t, err, "was not made with the configured key")

	_, err = signature.Parse(bundle("SHA2_512", digest[:]))
	require.ErrorContains(t, err, "only SHA2_256 is supported")
	_, err = signature.Parse(bundle("SHA2_256", digest[:31]))
	require.ErrorContains(t, err, "must have 32")
}
