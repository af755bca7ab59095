package sigstoretest

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"testing"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"github.com/transparency-dev/merkle/rfc6962"
)

type entryRequest struct {
	Kind string `json:"kind"`
	Spec struct {
		ProposedContent struct {
			Envelope  string   `json:"envelope"` // JSON
			Verifiers [][]byte `json:"verifiers"`
		} `json:"proposedContent"`
	} `json:"spec"`
}

// serveEntry is Rekor: it records the signature of an envelope with a certificate.
// https://github.com/sigstore/rekor/blob/main/openapi.yaml
func (s *Sigstore) serveEntry(tb testing.TB, w http.ResponseWriter, r *http.Request) {
	tb.Helper()
	var request entryRequest
	err := json.NewDecoder(r.Body).Decode(&request)
	if err != nil || request.Kind != "dsse" || len(request.Spec.ProposedContent.Verifiers) != 1 {
		refuse(w, http.StatusBadRequest, "must be the entry of an envelope with one signature")
		return
	}
	l, ok := parseEnvelope(request.Spec.ProposedContent.Envelope, request.Spec.ProposedContent.Verifiers[0])
	if !ok {
		refuse(w, http.StatusBadRequest, "could not verify envelope")
		return
	}
	entry := s.entry(tb, s.Evidence(), l)
	uuid := hex.EncodeToString(rfc6962.DefaultHasher.HashLeaf(entry.CanonicalizedBody))
	w.Header().Set("ETag", uuid)
	w.Header().Set("Location", "/api/v1/log/entries/"+uuid)
	answer(w, http.StatusCreated, map[string]any{uuid: entryAnswer(entry)})
}

// parseEnvelope returns what the log records of an envelope in JSON, if its signature is of the certificate, in PEM.
func parseEnvelope(text string, verifier []byte) (logged, bool) {
	var signed struct {
		Payload     []byte `json:"payload"`
		PayloadType string `json:"payloadType"`
		Signatures  []struct {
			Sig []byte `json:"sig"`
		} `json:"signatures"`
	}
	block, _ := pem.Decode(verifier)
	if json.Unmarshal([]byte(text), &signed) != nil || len(signed.Signatures) != 1 || block == nil {
		return logged{}, false
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return logged{}, false
	}
	l := logged{
		certificate: certificate, sig: signed.Signatures[0].Sig, message: dsse.PAE(signed.PayloadType, signed.Payload),
		envelope: &envelope{payload: signed.Payload, payloadType: signed.PayloadType},
	}
	key, ok := certificate.PublicKey.(*ecdsa.PublicKey)
	return l, ok && isSignature(key, l.message, l.sig)
}

// entryAnswer returns an entry in the form of the API.
func entryAnswer(entry *protorekor.TransparencyLogEntry) map[string]any {
	proof := entry.InclusionProof
	hashes := make([]string, len(proof.Hashes))
	for i, hash := range proof.Hashes {
		hashes[i] = hex.EncodeToString(hash)
	}
	return map[string]any{
		"body": entry.CanonicalizedBody, "integratedTime": entry.IntegratedTime, "logIndex": entry.LogIndex,
		"logID": hex.EncodeToString(entry.LogId.KeyId),
		"verification": map[string]any{
			"signedEntryTimestamp": entry.InclusionPromise.SignedEntryTimestamp,
			"inclusionProof": map[string]any{
				"logIndex": proof.LogIndex, "treeSize": proof.TreeSize, "rootHash": hex.EncodeToString(proof.RootHash),
				"hashes": hashes, "checkpoint": proof.Checkpoint.Envelope,
			},
		},
	}
}
