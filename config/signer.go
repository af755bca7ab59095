package config

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

const trustedRootRequired = "must be the trusted root of the Sigstore whose certificate has the identity"

var (
	// identityPattern is of an identity that is set or not.
	identityPattern = regexp.MustCompile(`\A[!-~]*\z`)
	// issuerPattern is of an issuer of OpenID Connect.
	// https://openid.net/specs/openid-connect-core-1_0.html#IssuerIdentifier
	issuerPattern = regexp.MustCompile(`\Ahttps://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._~@:%+/-]*)?\z`)
)

// signer is whom a signature has to be from: a key, certificates, or an identity.
type signer struct {
	key, certificate, identity, identityRegexp, issuer, trustedRoot string
}

func (s Signatures) signer() signer {
	return signer{s.Key, s.Certificate, s.Identity, s.IdentityRegexp, s.Issuer, s.TrustedRoot}
}

func (s Signature) signer() signer {
	return signer{s.Key, s.Certificate, s.Identity, s.IdentityRegexp, s.Issuer, s.TrustedRoot}
}

// isKeyless reports whether the signer is an identity. A trusted root alone is no signer.
func (s signer) isKeyless() bool { return s.identity != "" || s.identityRegexp != "" || s.issuer != "" }

func (s signer) isSet() bool { return s.key != "" || s.certificate != "" || s.isKeyless() }

// validate checks the values. At most one of a key, certificates and an identity may be set.
func (s signer) validate(fldPath *field.Path) field.ErrorList {
	var errs field.ErrorList
	if s.key != "" && s.certificate != "" {
		errs = append(errs, field.Forbidden(fldPath.Child("certificate"), "may not be set together with key: remove one of them"))
	}
	if s.isKeyless() {
		errs = append(errs, s.validateIdentity(fldPath)...)
	}
	if s.key != "" && !isSigningKey(s.key) {
		errs = append(errs, field.Invalid(fldPath.Child("key"), firstLine(s.key),
			"must be a public key in PEM: ECDSA of P-256, P-384 or P-521, or Ed25519 (BEGIN PUBLIC KEY)"))
	}
	if s.certificate != "" && !areCertificates(s.certificate) {
		errs = append(errs, field.Invalid(fldPath.Child("certificate"), firstLine(s.certificate),
			"must be one or more certificates in PEM (BEGIN CERTIFICATE)"))
	}
	if problem := trustedRootProblem(s.trustedRoot); s.trustedRoot != "" && problem != "" {
		errs = append(errs, field.Invalid(fldPath.Child("trustedRoot"), firstLine(s.trustedRoot),
			"must be a trusted root of Sigstore in JSON: "+problem))
	}
	return errs
}

// validateIdentity checks an identity and its issuer, which have to be set together.
func (s signer) validateIdentity(fldPath *field.Path) field.ErrorList {
	var errs field.ErrorList
	if s.key != "" || s.certificate != "" {
		errs = append(errs, field.Forbidden(fldPath.Child("identity"),
			"may not be set together with key or certificate: remove the one or the other"))
	}
	switch {
	case s.identity != "" && s.identityRegexp != "":
		errs = append(errs, field.Forbidden(fldPath.Child("identityRegexp"), "may not be set together with identity: remove one of them"))
	case s.identity == "" && s.identityRegexp == "":
		errs = append(errs, field.Required(fldPath.Child("identity"), "must be the identity that the issuer has confirmed"))
	}
	if s.issuer == "" {
		errs = append(errs, field.Required(fldPath.Child("issuer"),
			"must be the URL of who has confirmed the identity: others can confirm the same one"))
	} else if !issuerPattern.MatchString(s.issuer) {
		errs = append(errs, field.Invalid(fldPath.Child("issuer"), s.issuer, "must be an https:// URL"))
	}
	if !identityPattern.MatchString(s.identity) {
		errs = append(
			errs,
			field.Invalid(fldPath.Child("identity"), s.identity, "must be an e-mail address or a URI, in ASCII without spaces"),
		)
	}
	// By itself and as the fetcher puts it into a group: an open \Q would quote the end of the group, too.
	_, err := regexp.Compile(s.identityRegexp)
	_, errGrouped := regexp.Compile(`\A(?:` + s.identityRegexp + `)\z`)
	if err != nil || errGrouped != nil || !identityPattern.MatchString(s.identityRegexp) {
		errs = append(errs, field.Invalid(fldPath.Child("identityRegexp"), s.identityRegexp,
			"must be a regular expression (https://pkg.go.dev/regexp/syntax), in ASCII without spaces"))
	}
	return errs
}

// trustedRootProblem returns what is wrong with a trusted root, or "". The fetcher checks its keys.
// https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto
func trustedRootProblem(text string) string {
	var trusted struct {
		MediaType   string            `json:"mediaType"`
		Authorities []json.RawMessage `json:"certificateAuthorities"`
		CTLogs      []json.RawMessage `json:"ctlogs"`
		Logs        []json.RawMessage `json:"tlogs"`
	}
	if err := json.Unmarshal([]byte(text), &trusted); err != nil {
		return err.Error()
	}
	if !strings.HasPrefix(trusted.MediaType, "application/vnd.dev.sigstore.trustedroot") {
		return fmt.Sprintf("has the mediaType %q", trusted.MediaType)
	}
	for _, part := range []struct {
		name   string
		values []json.RawMessage
	}{{"certificateAuthorities", trusted.Authorities}, {"ctlogs", trusted.CTLogs}, {"tlogs", trusted.Logs}} {
		if len(part.values) == 0 {
			return "has no " + part.name
		}
	}
	return ""
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

// firstLine returns the beginning of a text, to show it in an error.
func firstLine(text string) string {
	const most = 60
	line, _, more := strings.Cut(strings.TrimSpace(text), "\n")
	if len(line) > most {
		line, more = strings.ToValidUTF8(line[:most], ""), true
	}
	if more {
		line += "…"
	}
	return cmp.Or(line, text)
}
