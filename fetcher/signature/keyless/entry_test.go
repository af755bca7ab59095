package keyless_test

import (
	"encoding/base64"
	"encoding/json"
	"testing"

	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/signature/keyless/sigstoretest"
)

// Older clients record an envelope as intoto. A log may keep the payload: the public one does not.
func TestNew_intotoEntry(t *testing.T) {
	sigstore := sigstoretest.New(t)
	trusted := sigstore.TrustedRoot(t)
	verifier := newVerifier(t, signer, trusted)
	for _, tt := range []struct {
		name    string
		payload []byte
		want    string
	}{
		{"without its payload", nil, ""},
		{"with its payload", statementOf(weights), ""},
		{"with another payload", statementOf([]byte("x")), "log entry: is of other content"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := sigstore.Evidence()
			e.Body = func(body []byte) []byte { return intotoBody(t, body, tt.payload) }
			bundle := sigstore.Attest(t, statementOf(weights), e)
			bundle.VerificationMaterial.TlogEntries[0].KindVersion = &protorekor.KindVersion{Kind: "intoto", Version: "0.0.2"}
			text := sigstoretest.Marshal(t, bundle)
			requireError(t, tt.want, verify(verifier, text, weights))
			require.Equal(t, tt.want == "", verifyWithSigstoreGo(t, signer, trusted, text, "") == nil)
		})
	}
}

// intotoBody returns an entry of the kind dsse as one of the kind intoto.
func intotoBody(t *testing.T, dsse, payload []byte) []byte {
	t.Helper()
	var entry struct {
		Spec struct {
			EnvelopeHash, PayloadHash map[string]string
			Signatures                []struct{ Signature, Verifier []byte }
		}
	}
	require.NoError(t, json.Unmarshal(dsse, &entry))
	envelope := map[string]any{
		"payloadType": "application/vnd.in-toto+json",
		"signatures": []any{map[string]any{
			"publicKey": entry.Spec.Signatures[0].Verifier,
			"sig":       []byte(base64.StdEncoding.EncodeToString(entry.Spec.Signatures[0].Signature)),
		}},
	}
	if payload != nil {
		envelope["payload"] = []byte(base64.StdEncoding.EncodeToString(payload))
	}
	body, err := json.Marshal(map[string]any{"apiVersion": "0.0.2", "kind": "intoto", "spec": map[string]any{
		"content": map[string]any{"envelope": envelope, "hash": entry.Spec.EnvelopeHash, "payloadHash": entry.Spec.PayloadHash},
	}})
	require.NoError(t, err)
	return body
}
