package config

import (
	"cmp"
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
	// Identity in the certificates of Sigstore of the artifacts whose release names no other signer, such as an e-mail
	// address or https://github.com/OWNER/REPOSITORY/.github/workflows/FILE@refs/heads/main.
	Identity string `json:"identity"`
	// Regular expression (Go) that has to match the whole identity, instead of an identity.
	IdentityRegexp string `json:"identityRegexp"`
	// Issuer that has confirmed the identity, such as https://token.actions.githubusercontent.com.
	Issuer string `json:"issuer"`
	// Trusted root of Sigstore in JSON, with the keys of its services. Signatures by an identity are verified with it.
	TrustedRoot string `json:"trustedRoot"`
}

// Signature is the signature that an artifact must have. The fetcher publishes nothing without it.
type Signature struct {
	// Path of the signature bundle in the artifact's bucket, such as bankchurn/model.joblib.sig.
	Path string `json:"path" need:"required"`
	// Public key of the signer in PEM. Default: that of modelferry:signatures.
	Key string `json:"key"`
	// Root certificates of the signer in PEM. Default: those of modelferry:signatures.
	Certificate string `json:"certificate"`
	// Identity of the signer in the certificate of Sigstore. Default: that of modelferry:signatures.
	Identity string `json:"identity"`
	// Regular expression (Go) that has to match the whole identity. Default: that of modelferry:signatures.
	IdentityRegexp string `json:"identityRegexp"`
	// Issuer that has confirmed the identity. Default: that of modelferry:signatures.
	Issuer string `json:"issuer"`
	// Trusted root of Sigstore in JSON. Default: that of modelferry:signatures.
	TrustedRoot string `json:"trustedRoot"`
}

// Resolve returns the signature of an artifact with its signer, or nil if it has none.
func (s Signatures) Resolve(artifact *Signature) *Signature {
	if artifact == nil {
		return nil
	}
	resolved := *artifact
	if !resolved.signer().isSet() {
		resolved.Key, resolved.Certificate = s.Key, s.Certificate
		resolved.Identity, resolved.IdentityRegexp, resolved.Issuer = s.Identity, s.IdentityRegexp, s.Issuer
	}
	if resolved.signer().isKeyless() {
		resolved.TrustedRoot = cmp.Or(resolved.TrustedRoot, s.TrustedRoot)
	} else {
		resolved.TrustedRoot = ""
	}
	return &resolved
}

// IsRequired reports whether every artifact must have a signature.
func (s Signatures) IsRequired() bool { return s.Require != nil && *s.Require }

func (s Signatures) validate(fldPath *field.Path) field.ErrorList {
	errs := s.signer().validate(fldPath)
	if s.signer().isKeyless() && s.TrustedRoot == "" {
		errs = append(errs, field.Required(fldPath.Child("trustedRoot"), trustedRootRequired))
	}
	return errs
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
	errs = append(errs, a.Signature.signer().validate(fldPath)...)
	switch {
	case !signature.signer().isSet():
		errs = append(errs, field.Required(fldPath.Child("key"), fmt.Sprintf(
			"must be the signer's public key, or set certificate or identity, or %s, certificate or identity for all artifacts",
			Path("signatures", "key"))))
	case a.Signature.signer().isKeyless() && signature.TrustedRoot == "":
		errs = append(errs, field.Required(fldPath.Child("trustedRoot"), trustedRootRequired))
	case a.Signature.TrustedRoot != "" && !signature.signer().isKeyless():
		errs = append(errs, field.Forbidden(fldPath.Child("trustedRoot"), "is for an identity: set identity and issuer, or remove it"))
	}
	return errs
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
