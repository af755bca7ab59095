package signature

import (
	"crypto"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// The levels of verification.
const (
	LevelKey         = "key"
	LevelCertificate = "certificate"
)

// Verifier verifies signatures by one method. Exactly one of its fields is set.
type Verifier struct {
	key   crypto.PublicKey
	roots *x509.CertPool
}

// ByKey returns the verifier of signatures that were made with the private key of this public key, which is in PEM.
func ByKey(publicKey []byte) (*Verifier, error) {
	key, err := parseKey(publicKey)
	if err != nil {
		return nil, err
	}
	return &Verifier{key: key}, nil
}

// ByCertificate returns the verifier of signatures with a certificate that leads to one of these roots, in PEM.
func ByCertificate(roots []byte) (*Verifier, error) {
	pool, err := parseRoots(roots)
	if err != nil {
		return nil, err
	}
	return &Verifier{roots: pool}, nil
}

// Level returns the method: LevelKey or LevelCertificate.
func (v *Verifier) Level() string {
	if v.key != nil {
		return LevelKey
	}
	return LevelCertificate
}

// Verify checks a bundle's signature and returns what was signed. Certificates have to be valid at the given time. A
// bundle that names another method than the verifier's is refused.
func (v *Verifier) Verify(bundle *Bundle, at time.Time) (*Manifest, error) {
	key, err := v.signingKey(bundle.material, at)
	if err != nil {
		return nil, err
	}
	if message := bundle.message; message != nil {
		if !verifyDigest(key, message.Digest.Digest, message.Signature) {
			return nil, v.errNotSigned()
		}
		return manifestOfFile(hex.EncodeToString(message.Digest.Digest)), nil
	}
	if !verifyMessage(key, bundle.envelope.signed(), bundle.envelope.Signatures[0].Sig) {
		return nil, v.errNotSigned()
	}
	manifest, err := parseStatement(bundle.envelope.Payload)
	if err != nil {
		return nil, fmt.Errorf("signed statement: %w", err)
	}
	return manifest, nil
}

func (v *Verifier) errNotSigned() error {
	if v.key != nil {
		return errors.New("the signature was not made with the configured key, or what it signs was changed")
	}
	return errors.New("the signature was not made with the certificate's key, or what it signs was changed")
}

// signingKey returns the trusted key that has to have made the bundle's signature.
func (v *Verifier) signingKey(m material, at time.Time) (crypto.PublicKey, error) {
	switch {
	case v.key != nil && m.PublicKey != nil:
		return v.key, m.PublicKey.matches(v.key)
	case v.roots != nil && m.Chain != nil:
		return m.Chain.verify(v.roots, at)
	}
	return nil, fmt.Errorf("signed %s, but a signature %s is required", m.method(), map[string]string{
		LevelKey: "with a key", LevelCertificate: "with a certificate",
	}[v.Level()])
}

// method says how the bundle is signed.
func (m material) method() string {
	switch {
	case m.PublicKey != nil:
		return "with a key"
	case m.Chain != nil:
		return "with a certificate"
	}
	return "keyless"
}
