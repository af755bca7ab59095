package request

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/modelferry/modelferry/fetcher/signature"
)

// Signature is the signature that an artifact must have.
type Signature struct {
	// Path is the key of the signature bundle in the artifact's bucket.
	Path string `json:"path"`
	// Signer is whom it must be from. In the environment its TrustedRoot may be a name in TRUSTED_ROOTS.
	signature.Signer
}

// SignedBy returns the digest of whom the signature must be from, for the marker: it differs if the method, the key or
// the certificates differ. It is "" without a signature.
func (s *Signature) SignedBy() string {
	if s == nil {
		return ""
	}
	signer := []string{"key", s.Key, "certificate", s.Certificate}
	if s.IsKeyless() {
		signer = []string{"identity", s.Identity, s.IdentityRegexp, s.Issuer, s.TrustedRoot}
	}
	sum := sha256.Sum256([]byte(strings.Join(signer, "\x00")))
	return hex.EncodeToString(sum[:])
}

// signature decodes a JSON object strictly: a misspelled field would disable a check.
func (e *env) signature(key string) *Signature {
	text := e.get(key)
	if text == "" {
		return nil
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	s := &Signature{}
	err := decoder.Decode(s)
	if _, rest := decoder.Token(); err == nil && !errors.Is(rest, io.EOF) {
		err = errors.New("unexpected data after the JSON object")
	}
	if err != nil {
		e.addError("invalid %s: must be a JSON object {path, key or certificate or identity with issuer and trustedRoot}: %w", key, err)
		return nil
	}
	return s
}

// trustedRoots decodes TRUSTED_ROOTS: trusted roots by the names that signatures have in their place.
func (e *env) trustedRoots() map[string]json.RawMessage {
	text := e.get("TRUSTED_ROOTS")
	if text == "" {
		return nil
	}
	var roots map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &roots); err != nil {
		e.addError("invalid TRUSTED_ROOTS: must be a JSON object of trusted roots by their names: %w", err)
	}
	return roots
}

// resolveTrustedRoot replaces the name of a trusted root.
func (s *Signature) resolveTrustedRoot(roots map[string]json.RawMessage) error {
	switch root, isNamed := roots[s.TrustedRoot]; {
	case s.TrustedRoot == "":
	case isNamed:
		s.TrustedRoot = string(root)
	case !strings.HasPrefix(strings.TrimSpace(s.TrustedRoot), "{"):
		return fmt.Errorf("invalid trustedRoot %.20q: must be a trusted root of Sigstore in JSON, or a name in TRUSTED_ROOTS",
			s.TrustedRoot)
	}
	return nil
}

// validateSignature reports the problems of an artifact's signature. Package keyless checks the trusted root.
func (e *env) validateSignature(name string, a *Artifact, roots map[string]json.RawMessage) {
	s := a.Signature
	if s == nil {
		return
	}
	if err := s.resolveTrustedRoot(roots); err != nil {
		e.addError("%s: signature: %w", name, err)
	}
	if problem := keyProblem(s.Path); problem != "" {
		e.addError("%s: invalid path %q of the signature: %s", name, s.Path, problem)
	} else if s.Path == a.Path {
		e.addError("%s: invalid path %q of the signature: is that of the artifact", name, s.Path)
	}
	var err error
	hasKey, hasCertificate, isKeyless := s.Key != "", s.Certificate != "", s.IsKeyless()
	switch {
	case hasKey && hasCertificate, isKeyless && (hasKey || hasCertificate), !hasKey && !hasCertificate && !isKeyless:
		err = errors.New("must have a key, a certificate, or an identity")
	case isKeyless && ((s.Identity == "") == (s.IdentityRegexp == "") || s.Issuer == "" || s.TrustedRoot == ""):
		err = errors.New("must have an identity or an identityRegexp with its issuer and a trustedRoot")
	default:
		_, err = s.KeyVerifier()
	}
	if err != nil {
		e.addError("%s: signature: %w", name, err)
	}
}
