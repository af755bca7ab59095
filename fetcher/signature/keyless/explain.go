package keyless

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/fulcio/certificate"
	"github.com/sigstore/sigstore-go/pkg/verify"
)

// reasons say in words what failed, by the beginning of sigstore-go's error.
// https://github.com/sigstore/sigstore-go/blob/v1.3.0/pkg/verify/signed_entity.go
var reasons = []struct{ prefix, reason string }{
	{"failed to verify log inclusion", "the signature is not in a transparency log of the trusted root"},
	{"failed to verify timestamps", "nothing that the trusted root trusts says when the signature was made"},
	{"failed to verify leaf certificate", "the signing certificate is not from an authority of the trusted root, " +
		"or was not valid when the signature was made"},
	{"failed to verify signed certificate timestamp", "the signing certificate is not in a certificate transparency log " +
		"of the trusted root"},
	{"failed to verify signature", "the signature was not made with the certificate's key, or what it signs was changed"},
}

// explain returns the error of a bundle that is not valid.
func (s Signer) explain(entity *bundle.Bundle, err error) error {
	var mismatch *verify.ErrNoMatchingCertificateIdentity
	if errors.As(err, &mismatch) {
		return s.explainIdentity(entity)
	}
	for _, r := range reasons {
		if strings.HasPrefix(err.Error(), r.prefix) {
			return fmt.Errorf("%s: %w", r.reason, err)
		}
	}
	return err
}

func (s Signer) explainIdentity(entity *bundle.Bundle) error {
	content, err := entity.VerificationContent()
	if err != nil {
		return err
	}
	signedBy, err := certificate.SummarizeCertificate(content.Certificate())
	if err != nil {
		return err
	}
	return fmt.Errorf("signed by %q, confirmed by the issuer %q, must be signed by %q, confirmed by %q",
		signedBy.SubjectAlternativeName, signedBy.Issuer, cmp.Or(s.Identity, s.IdentityRegexp), s.Issuer)
}
