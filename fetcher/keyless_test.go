package main_test

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/signature/keyless/sigstoretest"
)

// A file with the keyless bundle of cosign sign-blob.
func TestSigned_keyless(t *testing.T) {
	sigstore, model := sigstoretest.New(t), randomBytes(4, 1000)
	bundle := sigstoretest.Marshal(t, sigstore.SignBlob(t, model, sigstore.Evidence()))
	unlogged := sigstore.Evidence()
	unlogged.CTLog = nil
	required := func(changes map[string]string) string {
		signer := map[string]string{
			"path": "models/m.sig", "identity": sigstoretest.Identity, "issuer": sigstoretest.Issuer,
			"trustedRoot": string(sigstore.TrustedRoot(t)),
		}
		maps.Copy(signer, changes)
		text, err := json.Marshal(signer)
		require.NoError(t, err)
		return string(text)
	}
	for _, tt := range []struct {
		name          string
		model, bundle []byte
		signer        map[string]string
		exitCode      int
		want          string
	}{
		{"valid", model, bundle, nil, 0, ""},
		{"another identity", model, bundle, map[string]string{"identity": "eve@example.com"}, 9, "must be signed by"},
		{"another issuer", model, bundle, map[string]string{"issuer": "https://accounts.google.com"}, 9, "confirmed by the issuer"},
		{"a certificate in no log", model, sigstoretest.Marshal(t, sigstore.SignBlob(t, model, unlogged)), nil, 9,
			"the signing certificate is not in a certificate transparency log"},
		{"other content", randomBytes(5, 1000), bundle, nil, 9, "has other content than was signed"},
		{"another method", model, newSigner(t).sign(t, map[string][]byte{"m": model}), nil, 9, "a keyless signature is required"},
		{"an invalid trusted root", model, bundle, map[string]string{"trustedRoot": "{}"}, 2, "invalid trustedRoot"},
		{"no issuer", model, bundle, map[string]string{"issuer": ""}, 2, "must have an identity or an identityRegexp with its issuer"},
	} {
		for name, store := range allStores(t) {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				f := newFixture(t, store, "")
				store.Put(t, f.bucket, "models/m.bin", tt.model)
				store.Put(t, f.bucket, "models/m.sig", tt.bundle)
				got := f.set("MODEL_SIGNATURE", required(tt.signer), "MODEL_SHA256", sha256Hex(tt.model)).run(t)
				require.Equal(t, tt.exitCode, got.ExitCode, got.stderr)
				if tt.exitCode != 0 {
					require.Contains(t, got.stderr, tt.want)
					f.requireNothingPublished(t)
					return
				}
				require.Equal(t, "keyless", got.Artifacts[0].Signature)
				require.Equal(t, "unchanged", f.run(t).Outcome)
				other := f.set("MODEL_SIGNATURE", required(map[string]string{"identity": "", "identityRegexp": ".*/models/.*"})).run(t)
				require.Equal(t, "keyless", other.Artifacts[0].Signature)
				require.NotEqual(t, "unchanged", other.Outcome, "another signer is verified again")
			})
		}
	}
}
