package sigstoretest

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strings"
	"testing"
)

type certificateRequest struct {
	PublicKeyRequest struct {
		PublicKey struct {
			Content string `json:"content"` // PEM
		} `json:"publicKey"`
		// ProofOfPossession is the signature of the token's subject.
		ProofOfPossession []byte `json:"proofOfPossession"`
	} `json:"publicKeyRequest"`
}

// serveCertificate is Fulcio: it issues a certificate for a key to the identity of a token.
// https://github.com/sigstore/fulcio/blob/main/fulcio.proto
func (s *Sigstore) serveCertificate(tb testing.TB, w http.ResponseWriter, r *http.Request) {
	tb.Helper()
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	identity, ok := s.parseToken(token)
	if !ok {
		// With the token, as a careless service might do it.
		refuse(w, http.StatusUnauthorized, "There was an error processing the identity token "+token)
		return
	}
	var request certificateRequest
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	key := parsePublicKey([]byte(request.PublicKeyRequest.PublicKey.Content))
	if key == nil || !isSignature(key, []byte(identity.Subject), request.PublicKeyRequest.ProofOfPossession) {
		refuse(w, http.StatusBadRequest, "The signature supplied in the request could not be verified")
		return
	}
	e := s.Evidence()
	e.Identity, e.Issuer = workflowURL+identity.Workflow, identity.Issuer
	var chain []string
	for _, one := range []*x509.Certificate{s.certificate(tb, e, key), s.authority, s.rootCertificate} {
		chain = append(chain, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: one.Raw})))
	}
	answer(w, http.StatusOK, map[string]any{
		"signedCertificateEmbeddedSct": map[string]any{"chain": map[string]any{"certificates": chain}},
	})
}

// parsePublicKey reads an ECDSA key in PEM. It returns nil for anything else.
func parsePublicKey(text []byte) *ecdsa.PublicKey {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil
	}
	ec, _ := key.(*ecdsa.PublicKey)
	return ec
}

func isSignature(key *ecdsa.PublicKey, message, sig []byte) bool {
	digest := sha256.Sum256(message)
	return ecdsa.VerifyASN1(key, digest[:], sig)
}
