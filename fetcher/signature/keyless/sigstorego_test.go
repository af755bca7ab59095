package keyless_test

import (
	"encoding/hex"
	"testing"

	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/testing/data"
	sigstorego "github.com/sigstore/sigstore-go/pkg/verify"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/signature"
	"github.com/modelferry/modelferry/fetcher/signature/keyless/sigstoretest"
)

// verifyWithSigstoreGo is what Sigstore's own library says of a bundle. sha256 is that of a signed file, in hex, or "".
func verifyWithSigstoreGo(t *testing.T, by signature.Signer, trustedRoot, text []byte, sha256 string) error {
	t.Helper()
	trusted, err := root.NewTrustedRootFromJSON(trustedRoot)
	require.NoError(t, err)
	verifier, err := sigstorego.NewVerifier(trusted, sigstorego.WithTransparencyLog(1), sigstorego.WithObserverTimestamps(1),
		sigstorego.WithSignedCertificateTimestamps(1))
	require.NoError(t, err)
	identity, err := sigstorego.NewShortCertificateIdentity(by.Issuer, "", by.Identity, by.IdentityRegexp)
	require.NoError(t, err)
	artifact := sigstorego.WithoutArtifactUnsafe()
	if sha256 != "" {
		digest, err := hex.DecodeString(sha256)
		require.NoError(t, err)
		artifact = sigstorego.WithArtifactDigest("sha256", digest)
	}
	var entity bundle.Bundle
	if err := entity.UnmarshalJSON(text); err != nil {
		return err
	}
	_, err = verifier.Verify(&entity, sigstorego.NewPolicy(artifact, sigstorego.WithCertificateIdentity(identity)))
	return err
}

// Bundles of the public Sigstore and of its test environment, which sigstore-go brings. Their evidence is valid; the
// first one is of a statement that is no model's, which is read after all evidence was verified.
func TestNew_publicBundles(t *testing.T) {
	for _, tt := range []struct {
		bundle, trustedRoot, sha256 string
		signer                      signature.Signer
		want                        string
	}{
		{
			bundle: "sigstore.js@2.0.0-provenance.sigstore.json", trustedRoot: "public-good.json",
			signer: signature.Signer{
				Identity: "https://github.com/sigstore/sigstore-js/.github/workflows/release.yml@refs/heads/main",
				Issuer:   "https://token.actions.githubusercontent.com",
			},
			want: "has the predicate type",
		},
		{
			bundle: "othername.sigstore.json", trustedRoot: "scaffolding.json",
			sha256: "bc103b4a84971ef6459b294a2b98568a2bfb72cded09d4acd1e16366a401f95b",
			signer: signature.Signer{Identity: "foo!oidc.local", Issuer: "http://oidc.local:8080"},
		},
	} {
		t.Run(tt.bundle, func(t *testing.T) {
			text, err := data.Bundle(t, tt.bundle).MarshalJSON()
			require.NoError(t, err)
			trusted, err := data.TrustedRoot(t, tt.trustedRoot).MarshalJSON()
			require.NoError(t, err)
			verifier := newVerifier(t, tt.signer, trusted)
			requireError(t, tt.want, verifyDigest(verifier, text, tt.sha256))
			require.NoError(t, verifyWithSigstoreGo(t, tt.signer, trusted, text, tt.sha256))

			other := tt.signer
			other.Issuer = "https://accounts.google.com"
			require.ErrorContains(t, verifyDigest(newVerifier(t, other, trusted), text, tt.sha256), "signed by")
			stranger := sigstoretest.New(t).TrustedRoot(t)
			for field, want := range map[string]string{"tlogs": "is not in a transparency log", "ctlogs": "certificate transparency log"} {
				changed := withField(t, trusted, field, stranger)
				require.ErrorContains(t, verifyDigest(newVerifier(t, tt.signer, changed), text, tt.sha256), want)
			}
		})
	}
}
