package signature

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
)

const (
	statementType = "https://in-toto.io/Statement/v1"
	// PredicateType is that of OpenSSF Model Signing 1.0.
	PredicateType = "https://model_signing/signature/v1.0"
	// methodFiles signs one digest for each file, methodShards one for each part of it.
	methodFiles  = "files"
	methodShards = "shards"
	hashSHA256   = "sha256"
)

type statement struct {
	Type          string    `json:"_type"`
	Subject       []subject `json:"subject"`
	PredicateType string    `json:"predicateType"`
	Predicate     predicate `json:"predicate"`
}

type subject struct {
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest"`
}

type predicate struct {
	Resources     []resource    `json:"resources"`
	Serialization serialization `json:"serialization"`
}

// resource is a signed file, or a part of one.
type resource struct {
	Name      string `json:"name"`
	Digest    string `json:"digest"`
	Algorithm string `json:"algorithm"`
}

type serialization struct {
	Method        string   `json:"method"`
	HashType      string   `json:"hash_type"`
	ShardSize     *int64   `json:"shard_size"`
	AllowSymlinks *bool    `json:"allow_symlinks"`
	IgnorePaths   []string `json:"ignore_paths"`
}

// parseStatement reads the signed payload. Unknown keys are ignored: the specification allows further ones in the
// predicate and in resources.
func parseStatement(payload []byte) (*Manifest, error) {
	var s statement
	err := decodeJSON(payload, &s, false, "_type", "subject", "name", "digest", "predicateType", "predicate", "resources",
		"algorithm", "serialization", "method", "hash_type", "shard_size", "allow_symlinks", "ignore_paths")
	switch {
	case err != nil:
		return nil, err
	case s.Type != statementType:
		return nil, fmt.Errorf("has the type %q, must be %q", s.Type, statementType)
	case s.PredicateType != PredicateType:
		return nil, fmt.Errorf("has the predicate type %q, must be %q", s.PredicateType, PredicateType)
	case len(s.Subject) != 1 || s.Subject[0].Name == "":
		return nil, errors.New("must have one subject with a name")
	}
	if err := s.Predicate.Serialization.validate(); err != nil {
		return nil, err
	}
	return s.manifest()
}

func (s serialization) validate() error {
	switch {
	case s.Method != methodFiles && s.Method != methodShards:
		return fmt.Errorf("has the serialization method %q, must be %q or %q", s.Method, methodFiles, methodShards)
	case s.HashType != hashSHA256:
		return fmt.Errorf("has digests of %q, only %q is supported: sign the model again with it", s.HashType, hashSHA256)
	case s.Method == methodShards && (s.ShardSize == nil || *s.ShardSize <= 0):
		return errors.New("has shards without a shard_size above 0")
	case s.Method == methodFiles && s.ShardSize != nil:
		return errors.New("has a shard_size, but no shards")
	case s.AllowSymlinks == nil:
		return errors.New("does not say allow_symlinks")
	}
	return nil
}

// manifest checks the resources and their root digest, and returns them.
func (s statement) manifest() (*Manifest, error) {
	form := s.Predicate.Serialization
	m := &Manifest{Name: s.Subject[0].Name, allowSymlinks: *form.AllowSymlinks, ignorePaths: form.IgnorePaths, digests: map[string]string{}}
	if form.ShardSize != nil {
		m.shardSize = *form.ShardSize
	}
	root := sha256.New()
	for _, r := range s.Predicate.Resources {
		digest, err := hex.DecodeString(r.Digest)
		switch {
		case err != nil || len(digest) != sha256.Size || strings.ToLower(r.Digest) != r.Digest:
			return nil, fmt.Errorf("has the digest %q for %q, must be 64 lower-case hex digits", r.Digest, r.Name)
		case r.Algorithm != form.HashType:
			return nil, fmt.Errorf("has a digest of %q for %q, must be of %q", r.Algorithm, r.Name, form.HashType)
		case m.digests[r.Name] != "":
			return nil, fmt.Errorf("has %q twice", r.Name)
		}
		file := r.Name
		if m.shardSize > 0 {
			if file, err = m.fileOfShard(r.Name); err != nil {
				return nil, err
			}
		}
		if !isCanonical(file) && file != "." { // the reference implementation names a single file so
			return nil, fmt.Errorf("has the name %q, must be a path relative to the model", r.Name)
		}
		m.digests[r.Name] = r.Digest
		root.Write(digest)
	}
	if len(m.digests) == 0 {
		return nil, errors.New("has no resources")
	}
	if want := hex.EncodeToString(root.Sum(nil)); s.Subject[0].Digest[hashSHA256] != want {
		return nil, fmt.Errorf("has the root digest %q, its resources have %q", s.Subject[0].Digest[hashSHA256], want)
	}
	return m, nil
}

// fileOfShard returns the file of a resource PATH:START:END. The path may contain colons.
func (m *Manifest) fileOfShard(name string) (string, error) {
	if end := strings.LastIndexByte(name, ':'); end > 0 {
		if start := strings.LastIndexByte(name[:end], ':'); start > 0 {
			from, errFrom := strconv.ParseInt(name[start+1:end], 10, 64)
			to, errTo := strconv.ParseInt(name[end+1:], 10, 64)
			if errFrom == nil && errTo == nil && from%m.shardSize == 0 && from < to && to-from <= m.shardSize &&
				name == shardName(name[:start], from, to) {
				return name[:start], nil
			}
		}
	}
	return "", fmt.Errorf("has the name %q, must be PATH:START:END of a shard of %d bytes", name, m.shardSize)
}

func shardName(file string, from, to int64) string { return fmt.Sprintf("%s:%d:%d", file, from, to) }

// isCanonical reports whether a path is relative, inside the model and without parts that have another form.
func isCanonical(name string) bool {
	return name != "" && name != "." && path.Clean(name) == name && !path.IsAbs(name) && name != ".." && !strings.HasPrefix(name, "../") &&
		!strings.ContainsRune(name, 0)
}
