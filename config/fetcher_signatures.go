package config

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// MaxVariableBytes is the length of the longest variable, with its name, = and NUL, with which Linux starts a program
// (MAX_ARG_STRLEN). https://man7.org/linux/man-pages/man2/execve.2.html
const MaxVariableBytes = 128 << 10

// VariableBytes returns the length of a variable as MaxVariableBytes limits it.
func VariableBytes(name, value string) int { return len(name) + len("=") + len(value) + len("\x00") }

// FetcherSignatures are the signatures of a service's artifacts in the environment of its fetcher.
type FetcherSignatures struct {
	// Artifacts has a JSON object for each artifact, in their order, and "" for one without a signature. That of the
	// model is the value of MODEL_SIGNATURE, the others are in ARTIFACTS. Their trusted roots are names in TrustedRoots.
	Artifacts []string
	// TrustedRoots is the value of TRUSTED_ROOTS: a JSON object with each trusted root once, or "" without any.
	TrustedRoots string
}

// NewFetcherSignatures returns the signatures of artifacts, which have their signers. A trusted root that is no JSON
// stays where it is, so that the fetcher refuses it.
func NewFetcherSignatures(artifacts []ResolvedArtifact) FetcherSignatures {
	signatures, roots := make([]string, len(artifacts)), map[string]json.RawMessage{}
	for i, a := range artifacts {
		if a.Signature == nil {
			continue
		}
		s := *a.Signature
		if name, root := trustedRootName(s.TrustedRoot); name != "" {
			s.TrustedRoot, roots[name] = name, root
		}
		signatures[i] = s.json()
	}
	if len(roots) == 0 {
		return FetcherSignatures{Artifacts: signatures}
	}
	return FetcherSignatures{signatures, marshal(roots)}
}

// trustedRootName returns the name of a trusted root, the beginning of its digest, and its text without white space.
// The name is "" if the text is empty or no JSON.
func trustedRootName(text string) (string, json.RawMessage) {
	var compact bytes.Buffer
	if json.Compact(&compact, []byte(text)) != nil {
		return "", nil
	}
	const digits = 12
	sum := sha256.Sum256(compact.Bytes())
	return hex.EncodeToString(sum[:])[:digits], compact.Bytes()
}

// json returns the signature as the fetcher reads it: see request.Signature and signature.Signer in the module fetcher.
func (s Signature) json() string {
	return marshal(struct {
		Path           string `json:"path"`
		Key            string `json:"key,omitempty"`
		Certificate    string `json:"certificate,omitempty"`
		Identity       string `json:"identity,omitempty"`
		IdentityRegexp string `json:"identityRegexp,omitempty"`
		Issuer         string `json:"issuer,omitempty"`
		TrustedRoot    string `json:"trustedRoot,omitempty"`
	}(s))
}

func marshal(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // strings and valid JSON can be marshalled
	}
	return string(text)
}

// validateFetcherSignatures checks that the fetcher of each service can be started with its signatures. What is in
// ARTIFACTS is known only with the names of the buckets: see package components.
func (c Config) validateFetcherSignatures(fldPath *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, w := range c.releasedWorkloads() {
		if len(w.Artifacts) == 0 || w.UsesCSI {
			continue
		}
		signatures := NewFetcherSignatures(w.Artifacts)
		for _, variable := range []struct{ name, value, what, wayOut string }{
			{"MODEL_SIGNATURE", signatures.Artifacts[0], "the signature of its model takes",
				"remove certificates that no signer needs from certificate"},
			{"TRUSTED_ROOTS", signatures.TrustedRoots, "the trusted roots of its artifacts take",
				"remove keys that are not valid anymore from trustedRoot"},
		} {
			if n := VariableBytes(variable.name, variable.value); n > MaxVariableBytes {
				errs = append(errs, &field.Error{Type: field.ErrorTypeTooLong, Field: fldPath.Child(w.Name).String(), Detail: fmt.Sprintf(
					"%s %d bytes in the variable %s of its fetcher, must take at most %d: %s",
					variable.what, n, variable.name, MaxVariableBytes, variable.wayOut)})
			}
		}
	}
	return errs
}
