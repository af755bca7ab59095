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
	LevelKeyless     = "keyless"
)

// Verifier verifies signatures by one method. Exactly one of its fields is set.
type Verifier struct {
	key   crypto.PublicKey
	roots *x509.CertPool
	// evidence returns the key that has to have made a signature, by the evidence in its bundle.
	evidence func(Evidence) (crypto.PublicKey, error)
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

// ByEvidence returns the verifier of keyless signatures: see package keyless. verify returns the key of the signing
// certificate if the evidence says that the required signer has made the signature.
func ByEvidence(verify func(Evidence) (crypto.PublicKey, error)) *Verifier {
	return &Verifier{evidence: verify}
}

// Level returns the method: LevelKey, LevelCertificate or LevelKeyless.
func (v *Verifier) Level() string {
	switch {
	case v.key != nil:
		return LevelKey
	case v.roots != nil:
		return LevelCertificate
	}
	return LevelKeyless
}

// Verify checks a bundle's signature and returns what was signed. Certificates have to be valid at the given time. A
// bundle that names another method than the verifier's is refused.
func (v *Verifier) Verify(bundle *Bundle, at time.Time) (*Manifest, error) {
	if err := v.verifySignature(bundle, at); err != nil {
		return nil, err
	}
	if bundle.message != nil {
		return manifestOfFile(hex.EncodeToString(bundle.message.Digest.Digest)), nil
	}
	manifest, err := parseStatement(bundle.envelope.Payload)
	if err != nil {
		return nil, fmt.Errorf("signed statement: %w", err)
	}
	return manifest, nil
}

// verifySignature checks the signature of the envelope or of the file's digest.
func (v *Verifier) verifySignature(bundle *Bundle, at time.Time) error {
	key, err := v.signingKey(bundle, at)
	if err != nil {
		return err
	}
	var valid bool
	if message := bundle.message; message != nil {
		valid = verifyDigest(key, message.Digest.Digest, message.Signature)
	} else {
		valid = VerifyMessage(key, bundle.envelope.signed(), bundle.envelope.Signatures[0].Sig)
	}
	if !valid {
		return v.errNotSigned()
	}
	return nil
}

func (v *Verifier) errNotSigned() error {
	if v.key != nil {
		return errors.New("the signature was not made with the configured key, or what it signs was changed")
	}
	return errors.New("the signature was not made with the certificate's key, or what it signs was changed")
}

// signingKey returns the trusted key that has to have made the bundle's signature.
func (v *Verifier) signingKey(bundle *Bundle, at time.Time) (crypto.PublicKey, error) {
	m := bundle.material
	switch {
	case v.key != nil && m.PublicKey != nil:
		return v.key, m.PublicKey.matches(v.key)
	case v.roots != nil && m.Chain != nil:
		return m.Chain.verify(v.roots, at)
	case v.evidence != nil && m.PublicKey == nil:
		evidence, err := bundle.evidence()
		if err != nil {
			return nil, err
		}
		key, err := v.evidence(evidence)
		if err == nil && KeyDetails(key) == nil {
			err = fmt.Errorf("the signing certificate has a key of type %T, must have %s", key, supportedKeys)
		}
		return key, err
	}
	return nil, fmt.Errorf("signed %s, but %s is required", m.method(), map[string]string{
		LevelKey: "a signature with a key", LevelCertificate: "a signature with a certificate", LevelKeyless: "a keyless signature",
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
	return "without a key"
}
