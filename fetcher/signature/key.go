package signature

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	_ "crypto/sha512" // for crypto.SHA384 and crypto.SHA512
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
)

// The keys of the algorithm registries, with the names of their signature algorithms.
// https://github.com/ossf/model-signing-spec/blob/main/algorithm-registry.md
// https://github.com/sigstore/architecture-docs/blob/main/algorithm-registry.md
const supportedKeys = "an ECDSA key of P-256, P-384 or P-521, or an Ed25519 key"

// parseKey reads a public key in PEM.
func parseKey(text []byte) (crypto.PublicKey, error) {
	block, rest := pem.Decode(text)
	switch {
	case block == nil:
		return nil, errors.New("invalid key: must be a public key in PEM")
	case block.Type != "PUBLIC KEY":
		return nil, fmt.Errorf("invalid key: is a %s, must be a PUBLIC KEY in PEM", block.Type)
	case len(bytes.TrimSpace(rest)) > 0:
		return nil, errors.New("invalid key: must be one public key in PEM, without other text")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("invalid key: %w", err)
	}
	if KeyDetails(key) == nil {
		return nil, fmt.Errorf("invalid key: is %T, must be %s", key, supportedKeys)
	}
	return key, nil
}

// KeyDetails returns the names of a key's algorithm in bundles, or nil if the key is not supported. The second one of
// P-521 was written before the registry had the first one.
// https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_common.proto
func KeyDetails(key crypto.PublicKey) []string {
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		switch key.Curve {
		case elliptic.P256():
			return []string{"PKIX_ECDSA_P256_SHA_256"}
		case elliptic.P384():
			return []string{"PKIX_ECDSA_P384_SHA_384"}
		case elliptic.P521():
			return []string{"PKIX_ECDSA_P521_SHA_512", "PKIX_ECDSA_P521_SHA_256"}
		}
	case ed25519.PublicKey:
		return []string{"PKIX_ED25519"}
	}
	return nil
}

// matches reports an error if the bundle says that it is signed with another key than this one.
func (p *publicKey) matches(key crypto.PublicKey) error {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	// The reference implementation has the digest of the PEM text in the hint, cosign that of the DER.
	ofText, ofDER := sha256.Sum256(text), sha256.Sum256(der)
	hints := []string{hex.EncodeToString(ofText[:]), hex.EncodeToString(ofDER[:]), base64.StdEncoding.EncodeToString(ofDER[:])}
	switch {
	case p.Hint != "" && !slices.Contains(hints, p.Hint):
		return fmt.Errorf("signed with another key: its fingerprint is %q, that of the configured key %q", p.Hint, hints[0])
	case len(p.RawBytes) > 0 && !bytes.Equal(bytes.TrimSpace(p.RawBytes), bytes.TrimSpace(text)) && !bytes.Equal(p.RawBytes, der):
		return errors.New("signed with another key than the configured one")
	case p.KeyDetails != nil && !slices.Contains(KeyDetails(key), *p.KeyDetails):
		return fmt.Errorf("says that its key is %q, the configured one is %q", *p.KeyDetails, KeyDetails(key)[0])
	}
	return nil
}

// VerifyMessage reports whether sig is the signature of the message with a key that KeyDetails knows.
func VerifyMessage(key crypto.PublicKey, message, sig []byte) bool {
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		sum := CurveHash(key.Curve).New()
		sum.Write(message)
		return ecdsa.VerifyASN1(key, sum.Sum(nil), sig)
	case ed25519.PublicKey:
		return ed25519.Verify(key, message, sig)
	}
	return false
}

// CurveHash returns the digest that a key of the curve signs.
func CurveHash(curve elliptic.Curve) crypto.Hash {
	switch curve {
	case elliptic.P521():
		return crypto.SHA512
	case elliptic.P384():
		return crypto.SHA384
	}
	return crypto.SHA256
}

// verifyDigest reports whether sig is the key's signature of a file with this SHA-256. Only ECDSA signs a digest;
// cosign signs that of SHA-256 with keys of every curve.
func verifyDigest(key crypto.PublicKey, digest, sig []byte) bool {
	ec, ok := key.(*ecdsa.PublicKey)
	return ok && ecdsa.VerifyASN1(ec, digest, sig)
}
