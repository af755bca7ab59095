package keyless

import (
	"crypto/x509"
	"errors"
	"fmt"
	"regexp"

	"github.com/sigstore/sigstore-go/pkg/fulcio/certificate"

	"github.com/modelferry/modelferry/fetcher/signature"
)

// policy decides whether a certificate is that of a signer.
type policy struct {
	signature.Signer
	pattern *regexp.Regexp // nil with an Identity
}

func newPolicy(s signature.Signer) (policy, error) {
	switch {
	case (s.Identity == "") == (s.IdentityRegexp == ""):
		return policy{}, errors.New("must have either an identity or an identityRegexp")
	case s.Issuer == "":
		return policy{}, errors.New("must have the issuer of the identity")
	case s.Identity != "":
		return policy{Signer: s}, nil
	}
	// By itself first: with what is put around it, ")|(" would be valid.
	if _, err := regexp.Compile(s.IdentityRegexp); err != nil {
		return policy{}, fmt.Errorf("invalid identityRegexp: %w", err)
	}
	pattern, err := regexp.Compile(`\A(?:` + s.IdentityRegexp + `)\z`)
	return policy{Signer: s, pattern: pattern}, err
}

// check returns an error if the certificate, which is verified, is not that of the signer.
func (p policy) check(leaf *x509.Certificate) error {
	signedBy, err := certificate.SummarizeCertificate(leaf)
	if err != nil {
		return fmt.Errorf("the signing certificate: %w", err)
	}
	identity, required := signedBy.SubjectAlternativeName, p.Identity
	isSigner := identity == p.Identity
	if p.pattern != nil {
		isSigner, required = p.pattern.MatchString(identity), p.IdentityRegexp
	}
	if isSigner && signedBy.Issuer == p.Issuer {
		return nil
	}
	return fmt.Errorf("signed by %q, confirmed by the issuer %q, must be signed by %q, confirmed by %q",
		identity, signedBy.Issuer, required, p.Issuer)
}
