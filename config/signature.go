package config

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Signatures is the stack's policy for signatures of artifacts (OpenSSF Model Signing).
type Signatures struct {
	// Whether every artifact must have a signature. On a production stack that does not set it, a warning names the
	// artifacts without one. Default: false.
	Require *bool `json:"require"`
	// Public key in PEM that signs the artifacts whose release names no other signer.
	Key string `json:"key"`
	// Root certificates in PEM of the signers of the artifacts whose release names no other signer.
	Certificate string `json:"certificate"`
}

// Signature is the signature that an artifact must have. The fetcher publishes nothing without it.
type Signature struct {
	// Path of the signature bundle in the artifact's bucket, such as bankchurn/model.joblib.sig.
	Path string `json:"path" need:"required"`
	// Public key of the signer in PEM. Default: that of modelferry:signatures.
	Key string `json:"key"`
	// Root certificates of the signer in PEM. Default: those of modelferry:signatures.
	Certificate string `json:"certificate"`
}

// Resolve returns the signature of an artifact with its signer, or nil if it has none.
func (s Signatures) Resolve(artifact *Signature) *Signature {
	if artifact == nil {
		return nil
	}
	resolved := *artifact
	if resolved.Key == "" && resolved.Certificate == "" {
		resolved.Key, resolved.Certificate = s.Key, s.Certificate
	}
	return &resolved
}

// IsRequired reports whether every artifact must have a signature.
func (s Signatures) IsRequired() bool { return s.Require != nil && *s.Require }

func (s Signatures) validate(fldPath *field.Path) field.ErrorList {
	return validateSigner(fldPath, s.Key, s.Certificate)
}

// validateSignatures checks the signatures of every released artifact, also of backends that are not selected.
func (c Config) validateSignatures(fldPath *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, name := range sortedKeys(c.Releases) {
		service, known := c.Services[name]
		if !known {
			continue // reported by validateReleases
		}
		release := c.Releases[name]
		if release.UsesCSI() && c.Signatures.IsRequired() {
			errs = append(errs, field.Forbidden(fldPath.Child(name, "delivery"), fmt.Sprintf(
				"%s verifies no signature, and %s is true: set it to %s",
				DeliveryCSI, Path("signatures", "require"), DeliveryFetch)))
			continue
		}
		release.forEachArtifact(fldPath.Child(name), func(fldPath *field.Path, a ArtifactRelease) {
			errs = append(errs, c.validateSignature(fldPath, a, service.Prefix, release.UsesCSI())...)
		})
	}
	return errs
}

func (c Config) validateSignature(fldPath *field.Path, a ArtifactRelease, prefix string, csi bool) field.ErrorList {
	signature := c.Signatures.Resolve(a.Signature)
	fldPath = fldPath.Child("signature")
	switch {
	case signature == nil && c.Signatures.IsRequired():
		return field.ErrorList{field.Required(fldPath, fmt.Sprintf("must be set, because %s is true", Path("signatures", "require")))}
	case signature == nil:
		return nil
	case csi:
		return field.ErrorList{field.Forbidden(fldPath, fmt.Sprintf(
			"%s verifies no signature: remove it, or set delivery to %s", DeliveryCSI, DeliveryFetch))}
	}
	errs := validateKey(fldPath.Child("path"), signature.Path, signature.Path, prefix)
	if signature.Path != "" && signature.Path == a.Path {
		errs = append(errs, field.Invalid(fldPath.Child("path"), signature.Path, "must not be the path of the artifact"))
	}
	errs = append(errs, validateSigner(fldPath, a.Signature.Key, a.Signature.Certificate)...)
	if signature.Key == "" && signature.Certificate == "" {
		errs = append(errs, field.Required(fldPath.Child("key"), fmt.Sprintf(
			"must be the signer's public key, or set certificate, or %s or certificate for all artifacts", Path("signatures", "key"))))
	}
	return errs
}

// validateSigner checks a key and certificates. At most one of them may be set.
func validateSigner(fldPath *field.Path, key, certificate string) field.ErrorList {
	var errs field.ErrorList
	if key != "" && certificate != "" {
		errs = append(errs, field.Forbidden(fldPath.Child("certificate"), "may not be set together with key: remove one of them"))
	}
	if key != "" && !isSigningKey(key) {
		errs = append(errs, field.Invalid(fldPath.Child("key"), firstLine(key),
			"must be a public key in PEM: ECDSA of P-256, P-384 or P-521, or Ed25519 (BEGIN PUBLIC KEY)"))
	}
	if certificate != "" && !areCertificates(certificate) {
		errs = append(errs, field.Invalid(fldPath.Child("certificate"), firstLine(certificate),
			"must be one or more certificates in PEM (BEGIN CERTIFICATE)"))
	}
	return errs
}

// isSigningKey reports whether a text is a public key that the fetcher supports.
func isSigningKey(text string) bool {
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "PUBLIC KEY" || strings.TrimSpace(string(rest)) != "" {
		return false
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return false
	}
	if key, ok := key.(*ecdsa.PublicKey); ok {
		return key.Curve == elliptic.P256() || key.Curve == elliptic.P384() || key.Curve == elliptic.P521()
	}
	_, ok := key.(ed25519.PublicKey)
	return ok
}

// areCertificates reports whether a text has certificates and nothing else.
func areCertificates(text string) bool {
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil || block.Type != "CERTIFICATE" {
			return false
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return false
		}
		if strings.TrimSpace(string(rest)) == "" {
			return true
		}
	}
}

func firstLine(text string) string {
	line, _, more := strings.Cut(strings.TrimSpace(text), "\n")
	if more {
		line += "…"
	}
	return cmp.Or(line, text)
}

// unsignedArtifacts returns the artifacts of published releases without a signature, as SERVICE/ARTIFACT.
func (c Config) unsignedArtifacts() []string {
	var names []string
	for _, w := range c.Workloads() {
		for _, artifact := range w.Artifacts {
			if artifact.Signature == nil {
				names = append(names, w.Name+"/"+artifact.Name)
			}
		}
	}
	return names
}

// signatureWarnings warns about a production stack that has not decided whether artifacts need a signature.
func (c Config) signatureWarnings(warn func(fldPath *field.Path, format string, args ...any)) {
	if !c.Production || c.Signatures.Require != nil {
		return
	}
	if unsigned := c.unsignedArtifacts(); len(unsigned) > 0 {
		warn(Path("signatures", "require"), "nothing says who made %s: sign them and set it to true, or set it to false to accept that "+
			"(docs/security.md, \"Signed models\")", strings.Join(unsigned, ", "))
	}
}
