package keyless_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sigstore/sigstore-go/pkg/testing/data"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/signature"
	"github.com/modelferry/modelferry/fetcher/signature/keyless"
	"github.com/modelferry/modelferry/fetcher/signature/keyless/sigstoretest"
)

// The cases that all clients of Sigstore have to pass, with bundles of the public Sigstore. A case whose name ends in
// _fail is not valid. Those of provenance are of no model: their statement is refused after all else was accepted.
func TestConformance(t *testing.T) {
	checkout := os.Getenv("MODELFERRY_SIGSTORE_CONFORMANCE")
	if checkout == "" {
		t.Skip("set MODELFERRY_SIGSTORE_CONFORMANCE to a checkout of https://github.com/sigstore/sigstore-conformance")
	}
	assets := filepath.Join(checkout, "test", "assets", "bundle-verify")
	bundles, err := filepath.Glob(filepath.Join(assets, "*", "bundle.sigstore.json"))
	require.NoError(t, err)
	require.NotEmpty(t, bundles)
	for _, bundle := range bundles {
		folder := filepath.Dir(bundle)
		t.Run(filepath.Base(folder), func(t *testing.T) {
			err := verifyCase(t, folder, readFile(t, filepath.Join(assets, "a.txt")))
			if strings.HasSuffix(folder, "_fail") {
				require.Error(t, err)
				require.NotContains(t, err.Error(), "has the predicate type")
				return
			}
			if err != nil {
				require.ErrorContains(t, err, "has the predicate type")
			}
		})
	}
}

// verifyCase verifies the bundle of a folder with what is beside it, or else with what most cases have.
func verifyCase(t *testing.T, folder string, artifact []byte) error {
	t.Helper()
	const workflow = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/" +
		".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main"
	public, err := data.TrustedRoot(t, "public-good.json").MarshalJSON()
	require.NoError(t, err)
	file := func(name string, otherwise []byte) []byte {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			return otherwise
		}
		return readFile(t, filepath.Join(folder, name))
	}
	signer := signature.Signer{Key: string(file("key.pub", nil))}
	if signer.Key == "" {
		signer = signature.Signer{
			Identity:    strings.TrimSpace(string(file("identity", []byte(workflow)))),
			Issuer:      strings.TrimSpace(string(file("issuer", []byte(sigstoretest.Issuer)))),
			TrustedRoot: string(file("trusted_root.json", public)),
		}
	}
	verifier, err := keyless.NewVerifier(signer)
	if err != nil {
		return err
	}
	return verify(verifier, file("bundle.sigstore.json", nil), file("artifact", artifact))
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	require.NoError(t, err)
	return content
}
