package keyless

import "github.com/modelferry/modelferry/fetcher/signature"

// NewVerifier returns the verifier of the signatures of a signer by any method: that of New, if the signer is an
// identity.
func NewVerifier(s signature.Signer) (*signature.Verifier, error) {
	if verifier, err := s.KeyVerifier(); verifier != nil || err != nil {
		return verifier, err
	}
	return New(s)
}
