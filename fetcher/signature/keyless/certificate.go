package keyless

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"time"
)

// parseCertificates returns the signing certificate. Those after it are not needed: they must be of the trusted root.
func parseCertificates(chain [][]byte, trusted *trustedRoot) (*x509.Certificate, error) {
	if len(chain) == 0 {
		return nil, errors.New("has no certificate")
	}
	leaf, err := x509.ParseCertificate(chain[0])
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	for _, der := range chain[1:] {
		if !slices.ContainsFunc(trusted.authorities, func(one authority) bool { return one.has(der) }) {
			return nil, errors.New("has a certificate in its x509CertificateChain that is not of the trusted root")
		}
	}
	// The identity of a token without an e-mail address or a URI is an otherName, which crypto/x509 cannot read.
	// https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
	leaf.UnhandledCriticalExtensions = slices.DeleteFunc(leaf.UnhandledCriticalExtensions, oidSubjectAltName.Equal)
	return leaf, nil
}

var oidSubjectAltName = asn1.ObjectIdentifier{2, 5, 29, 17}

func (a authority) has(der []byte) bool {
	isSame := func(certificate *x509.Certificate) bool { return bytes.Equal(certificate.Raw, der) }
	return isSame(a.root) || slices.ContainsFunc(a.intermediates, isSame)
}

// checkUsage refuses a certificate that is not for signing artifacts. crypto/x509 accepts one that does not say what it
// is for, and an authority's own.
func checkUsage(leaf *x509.Certificate) error {
	switch {
	case leaf.IsCA:
		return errors.New("the signing certificate is that of an authority")
	case !slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageCodeSigning):
		return errors.New("the signing certificate is not for code signing: its extended key usage must be codeSigning")
	case leaf.KeyUsage&x509.KeyUsageDigitalSignature == 0:
		return errors.New("the signing certificate is not for signing: its key usage must be digitalSignature")
	}
	return nil
}

// verifyChain returns the chains that lead from the certificate to authorities that were trusted at the given time.
func (t *trustedRoot) verifyChain(leaf *x509.Certificate, at time.Time) ([][]*x509.Certificate, error) {
	var chains [][]*x509.Certificate
	errs := []error{errors.New("the signing certificate is not from an authority of the trusted root, " +
		"or was not valid when the signature was made")}
	for _, one := range t.authorities {
		if !one.isValid(at) {
			continue
		}
		roots, intermediates := x509.NewCertPool(), x509.NewCertPool()
		roots.AddCert(one.root)
		for _, certificate := range one.intermediates {
			intermediates.AddCert(certificate)
		}
		found, err := leaf.Verify(x509.VerifyOptions{
			Roots: roots, Intermediates: intermediates, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
		})
		chains, errs = append(chains, found...), append(errs, err)
	}
	if len(chains) == 0 {
		return nil, errors.Join(errs...)
	}
	return chains, nil
}
