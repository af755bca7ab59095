package request

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/modelferry/modelferry/fetcher/signature"
)

// Signature is the signature that an artifact must have. Exactly one of its methods is set.
type Signature struct {
	// Path is the key of the signature bundle in the artifact's bucket.
	Path string `json:"path"`
	// Key is the signer's public key in PEM.
	Key string `json:"key,omitempty"`
	// Certificate has the certificates in PEM to which that of the signer has to lead.
	Certificate string `json:"certificate,omitempty"`

	verifier *signature.Verifier
}

// Verifier returns the verifier of the method.
func (s *Signature) Verifier() *signature.Verifier { return s.verifier }

// SignedBy returns the digest of whom the signature must be from, for the marker: it differs if the method, the key or
// the certificates differ. It is "" without a signature.
func (s *Signature) SignedBy() string {
	if s == nil {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{"key", s.Key, "certificate", s.Certificate}, "\x00")))
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
		e.addError("invalid %s: must be a JSON object {path, key or certificate}: %w", key, err)
		return nil
	}
	return s
}

// validateSignature reports the problems of an artifact's signature and creates its verifier.
func (e *env) validateSignature(name string, a *Artifact) {
	s := a.Signature
	if s == nil {
		return
	}
	if problem := keyProblem(s.Path); problem != "" {
		e.addError("%s: invalid path %q of the signature: %s", name, s.Path, problem)
	} else if s.Path == a.Path {
		e.addError("%s: invalid path %q of the signature: is that of the artifact", name, s.Path)
	}
	var err error
	switch {
	case (s.Key == "") == (s.Certificate == ""):
		err = errors.New("must have a key or a certificate")
	case s.Key != "":
		s.verifier, err = signature.ByKey([]byte(s.Key))
	default:
		s.verifier, err = signature.ByCertificate([]byte(s.Certificate))
	}
	if err != nil {
		e.addError("%s: signature: %w", name, err)
	}
}
