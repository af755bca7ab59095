package keyless_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/signature/keyless/sigstoretest"
	"github.com/modelferry/modelferry/fetcher/signature/signaturetest"
)

// No mutation of a bundle is accepted. Of a timestamp only what the authority has signed is compared: the CMS structure
// around it has parts that nobody signs, and a timestamp beside a signed entry timestamp may be left out. Such bundles
// are valid to sigstore-go, too.
func TestNew_mutations(t *testing.T) {
	sigstore := sigstoretest.New(t)
	trusted := sigstore.TrustedRoot(t)
	verifier := newVerifier(t, signer, trusted)
	both, chain := sigstore.Evidence(), sigstore.Attest(t, statementOf(weights), sigstore.Evidence())
	both.Timestamp = true
	sigstore.WithChain(chain)
	for name, bundle := range map[string][]byte{
		"model":                   sigstoretest.Marshal(t, sigstore.Attest(t, statementOf(weights), sigstore.Evidence())),
		"model, log of version 2": sigstoretest.Marshal(t, sigstore.Attest(t, statementOf(weights), sigstore.TilesEvidence())),
		"model with a timestamp":  sigstoretest.Marshal(t, sigstore.Attest(t, statementOf(weights), both)),
		"model with a chain":      sigstoretest.Marshal(t, chain),
		"file":                    sigstoretest.Marshal(t, sigstore.SignBlob(t, weights, sigstore.Evidence())),
		"file, log of version 2":  sigstoretest.Marshal(t, sigstore.SignBlob(t, weights, sigstore.TilesEvidence())),
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, verify(verifier, bundle, weights))
			isValidToSigstoreGo := func(changed []byte) bool {
				digest := ""
				if strings.HasPrefix(name, "file") {
					digest = hexDigest(weights)
				}
				return verifyWithSigstoreGo(t, signer, trusted, changed, digest) == nil
			}
			total, start, end := 0, 0, 0
			if i := bytes.Index(bundle, []byte(`"signedTimestamp":"`)); i >= 0 {
				start = i + len(`"signedTimestamp":"`)
				end = start + bytes.IndexByte(bundle[start:], '"')
			}
			for where, changed := range signaturetest.Mutations(t, bundle) {
				mayPass := strings.Contains(where, ".timestampVerificationData") && isValidToSigstoreGo(changed)
				if !mayPass && verify(verifier, changed, weights) == nil {
					t.Errorf("%s was accepted", where)
				}
				total++
			}
			for i := 0; i < len(bundle); i += 3 {
				changed := append([]byte(nil), bundle...)
				changed[i] ^= []byte{1, 2, 0x10, 0x20}[i%4]
				mayPass := i >= start && i < end && isValidToSigstoreGo(changed)
				if !mayPass && verify(verifier, changed, weights) == nil {
					t.Errorf("byte %d, %q became %q, was accepted", i, bundle[i], changed[i])
				}
				total++
			}
			t.Log(total, "mutations were refused")
		})
	}
}
