// Package keyless verifies signatures of Sigstore: by an identity that an issuer has confirmed, with evidence of
// Sigstore's services in the bundle. It makes no request: a trusted root has the keys of the services.
package keyless

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"

	"github.com/modelferry/modelferry/fetcher/signature"
)

// Signer is whom a signature must be from.
type Signer struct {
	// Identity is that of the certificate, such as an e-mail address or the URI of a workflow.
	Identity string
	// IdentityRegexp is a regular expression of Go instead of an Identity. It has to match the whole identity.
	IdentityRegexp string
	// Issuer has confirmed the identity, such as https://accounts.google.com.
	Issuer string
}

// New returns the verifier of the signatures of a signer. trustedRoot is a trusted root of Sigstore in JSON.
//
// The certificate has to come from an authority of the trusted root and to be in one of its certificate transparency
// logs. The signature has to be in one of its transparency logs, as an inclusion proof or a signed entry timestamp
// says, and to have been made while the certificate was valid, as the log or a timestamp authority says. All evidence
// in a bundle has to be valid, also where less would be enough.
// https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto
func New(signer Signer, trustedRoot []byte) (*signature.Verifier, error) {
	trusted, err := parseTrustedRoot(trustedRoot)
	if err != nil {
		return nil, fmt.Errorf("invalid trustedRoot: %w", err)
	}
	identity, err := signer.policy()
	if err != nil {
		return nil, err
	}
	verifier, err := verify.NewVerifier(trusted, verify.WithTransparencyLog(1), verify.WithObserverTimestamps(1),
		verify.WithSignedCertificateTimestamps(1), verify.WithoutStatementPredicate())
	if err != nil {
		return nil, err
	}
	return signature.ByEvidence(func(text, digest []byte) (err error) {
		defer func() { // several large libraries read what nobody has vouched for yet
			if r := recover(); r != nil {
				err = fmt.Errorf("signature bundle: %v", r)
			}
		}()
		entity, err := parseBundle(text)
		if err != nil {
			return fmt.Errorf("signature bundle: %w", err)
		}
		artifact := verify.WithoutArtifactUnsafe() // the caller compares the files with the signed statement
		if digest != nil {
			artifact = verify.WithArtifactDigest("sha256", digest)
		}
		result, err := verifier.Verify(entity, verify.NewPolicy(artifact, verify.WithCertificateIdentity(identity)))
		if err != nil {
			return signer.explain(entity, err)
		}
		if err := checkLogValidity(entity, result, trusted); err != nil {
			return err
		}
		return checkUnsigned(text, entity, trusted)
	}), nil
}

func (s Signer) policy() (verify.CertificateIdentity, error) {
	switch {
	case (s.Identity == "") == (s.IdentityRegexp == ""):
		return verify.CertificateIdentity{}, errors.New("must have either an identity or an identityRegexp")
	case s.Issuer == "":
		return verify.CertificateIdentity{}, errors.New("must have the issuer of the identity")
	}
	pattern := ""
	if s.IdentityRegexp != "" {
		// By itself first: with what is put around it, ")|(" would be valid.
		if _, err := regexp.Compile(s.IdentityRegexp); err != nil {
			return verify.CertificateIdentity{}, fmt.Errorf("invalid identityRegexp: %w", err)
		}
		pattern = `\A(?:` + s.IdentityRegexp + `)\z`
	}
	return verify.NewShortCertificateIdentity(s.Issuer, "", s.Identity, pattern)
}

// parseTrustedRoot reads a trusted root. It needs keys for every kind of evidence: sigstore-go verifies only what it
// has keys for.
func parseTrustedRoot(text []byte) (*root.TrustedRoot, error) {
	trusted, err := root.NewTrustedRootFromJSON(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("must be a trusted root of Sigstore in JSON: %w", err)
	case len(trusted.FulcioCertificateAuthorities()) == 0:
		return nil, errors.New("must have certificateAuthorities")
	case len(trusted.CTLogs()) == 0:
		return nil, errors.New("must have ctlogs")
	case len(trusted.RekorLogs()) == 0:
		return nil, errors.New("must have tlogs")
	}
	return trusted, nil
}
