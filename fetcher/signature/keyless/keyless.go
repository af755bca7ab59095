// Package keyless verifies signatures of Sigstore: by an identity that an issuer has confirmed, with evidence of
// Sigstore's services in the bundle. It makes no request: a trusted root has the keys of the services.
//
// The rules are those of Sigstore's client specification, and sigstore-go is what the tests compare them with. The
// fetcher does not have it: its dependencies initialize for longer at every start than a model of 4 MB takes to arrive.
// https://github.com/sigstore/architecture-docs/blob/main/client-spec.md
package keyless

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/modelferry/modelferry/fetcher/signature"
)

// verifier verifies evidence. It can be used by several goroutines.
type verifier struct {
	signer  policy
	trusted *trustedRoot
}

// New returns the verifier of the signatures of a signer that is an identity: see NewVerifier for every signer.
//
// The certificate has to come from an authority of the trusted root and to be in one of its certificate transparency
// logs. The signature has to be in one of its transparency logs, as an inclusion proof or a signed entry timestamp
// says, and to have been made while the certificate and the log's key were valid, as the log or a timestamp authority
// says. All evidence in a bundle has to be valid, also where less would be enough.
// https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto
func New(signer signature.Signer) (*signature.Verifier, error) {
	trusted, err := parseTrustedRoot([]byte(signer.TrustedRoot))
	if err != nil {
		return nil, fmt.Errorf("invalid trustedRoot: %w", err)
	}
	policy, err := newPolicy(signer)
	if err != nil {
		return nil, err
	}
	return signature.ByEvidence(verifier{signer: policy, trusted: trusted}.verify), nil
}

// verify returns the key that has to have made the signature, if the evidence is that of the signer.
func (v verifier) verify(e signature.Evidence) (key crypto.PublicKey, err error) {
	defer func() { // libraries decode what nobody has vouched for yet
		if r := recover(); r != nil {
			key, err = nil, fmt.Errorf("signature bundle: %v", r)
		}
	}()
	leaf, err := parseCertificates(e.Certificates, v.trusted)
	if err != nil {
		return nil, err
	}
	made, err := v.trusted.verifyEntry(e, leaf)
	if err != nil {
		return nil, err
	}
	stamped, err := v.trusted.verifyTimestamps(e)
	if err != nil {
		return nil, err
	}
	made = append(made, stamped...)
	if len(made) == 0 {
		return nil, errors.New("nothing that the trusted root trusts says when the signature was made")
	}
	if err := v.verifyLeaf(leaf, made, e); err != nil {
		return nil, err
	}
	return leaf.PublicKey, v.signer.check(leaf)
}

// verifyLeaf checks that the certificate was trusted at all times at which the signature was made.
func (v verifier) verifyLeaf(leaf *x509.Certificate, made []time.Time, e signature.Evidence) error {
	var chains [][]*x509.Certificate
	for _, at := range made {
		var err error
		if chains, err = v.trusted.verifyChain(leaf, at); err != nil {
			return err
		}
		if !v.trusted.logs[string(e.Entry.LogID.KeyID)].isValid(at) {
			return errors.New("the key of the transparency log was not valid when the signature was made")
		}
	}
	if err := v.trusted.verifySCT(chains); err != nil {
		return err
	}
	return checkUsage(leaf)
}
