package signature

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"time"
)

// parseRoots reads the certificates in PEM to which a signing certificate has to lead.
func parseRoots(text []byte) (*x509.CertPool, error) {
	pool, rest := x509.NewCertPool(), bytes.TrimSpace(text)
	for n := 0; ; n++ {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		switch {
		case block == nil && n > 0 && len(bytes.TrimSpace(rest)) == 0:
			return pool, nil
		case block == nil:
			return nil, errors.New("invalid certificate: must be one or more certificates in PEM")
		case block.Type != "CERTIFICATE":
			return nil, fmt.Errorf("invalid certificate: is a %s, must be a CERTIFICATE in PEM", block.Type)
		}
		root, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("invalid certificate: %w", err)
		}
		pool.AddCert(root)
	}
}

// maxRSABits is the size of the largest RSA key of an authority in a bundle, as in crypto/tls. One with 500,000 bits,
// which nobody has vouched for yet, would take 13 s to verify a signature with, and four times that if twice as large.
const maxRSABits = 8192

// verify returns the key of the signing certificate if the chain leads to one of the roots, at the given time, and is
// for code signing. No evidence tells when the signature was made: an expired certificate is refused.
func (c *certificateChain) verify(roots *x509.CertPool, at time.Time) (crypto.PublicKey, error) {
	var chain []*x509.Certificate
	for _, one := range c.Certificates {
		parsed, err := x509.ParseCertificate(one.RawBytes)
		if err != nil {
			return nil, fmt.Errorf("certificate: %w", err)
		}
		if key, ok := parsed.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() > maxRSABits {
			return nil, fmt.Errorf("the certificate %q has an RSA key of %d bits, must have at most %d",
				parsed.Subject, key.N.BitLen(), maxRSABits)
		}
		chain = append(chain, parsed)
	}
	leaf, intermediates := chain[0], x509.NewCertPool()
	for _, authority := range chain[1:] {
		intermediates.AddCert(authority)
	}
	switch {
	case KeyDetails(leaf.PublicKey) == nil:
		return nil, fmt.Errorf("the signing certificate has a key of %s, must have %s", leaf.PublicKeyAlgorithm, supportedKeys)
	case !slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageCodeSigning):
		return nil, errors.New("the signing certificate is not for code signing: its extended key usage must be codeSigning")
	case leaf.KeyUsage != 0 && leaf.KeyUsage&x509.KeyUsageDigitalSignature == 0:
		return nil, errors.New("the signing certificate is not for signing: its key usage must be digitalSignature")
	}
	_, err := leaf.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: intermediates, CurrentTime: at,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
	})
	if err != nil {
		return nil, fmt.Errorf("the signing certificate %q: %w", leaf.Subject, err)
	}
	return leaf.PublicKey, nil
}
