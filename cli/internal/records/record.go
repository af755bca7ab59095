// Package records keeps a bucket's records of releases: one JSON object for each release, numbered, never changed.
package records

import (
	"maps"
	"strings"
	"time"
)

// Record is one release of a service on a stack.
type Record struct {
	// Number counts the records of the service in the bucket, from 1.
	Number  int    `json:"number"`
	Service string `json:"service"`
	Stack   string `json:"stack"`
	// Backend that the artifacts belong to, or "".
	Backend string    `json:"backend,omitempty"`
	Time    time.Time `json:"time"`
	// Who made the release: an e-mail address, or the name of a user or of a CI job's actor.
	Who string `json:"who"`
	// Commit of the repository in which the release was made.
	Commit  string `json:"commit,omitempty"`
	Message string `json:"message,omitempty"`
	// Image of the model server at that time.
	Image string `json:"image,omitempty"`
	// Artifacts are all artifacts of the service, by name, also those that the release did not change.
	Artifacts map[string]Artifact `json:"artifacts"`
	// RollbackTo is the number of the record whose artifacts a rollback selected.
	RollbackTo int `json:"rollbackTo,omitempty"`
}

// Artifact is a version of an artifact.
type Artifact struct {
	// Bucket is the bucket's name in the catalogue: models or datasets.
	Bucket string `json:"bucket"`
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	// Size and UnpackedSize are in bytes.
	Size         int64  `json:"size"`
	UnpackedSize int64  `json:"unpackedSize,omitempty"`
	Version      string `json:"version,omitempty"`
	// Signature is the path of the signature in the bucket, or "".
	Signature string  `json:"signature,omitempty"`
	Origin    *Origin `json:"origin,omitempty"`
}

// Kinds of origins.
const (
	FromFile      = "file"
	FromFolder    = "folder"
	FromRegistry  = "registry"
	FromStack     = "stack"
	FromStackFile = "stackFile"
)

// Origin is where an artifact comes from.
type Origin struct {
	Kind string `json:"kind"`
	// Name of the file or folder, URI in the registry, or name of the stack.
	Name string `json:"name"`
	// Annotations are the run and its metrics in the registry.
	Annotations map[string]string `json:"annotations,omitempty"`
}

// Matches reports whether a record has exactly these artifacts, by path, digest and signature.
func (r Record) Matches(artifacts map[string]Artifact) bool {
	return maps.EqualFunc(r.Artifacts, artifacts, func(a, b Artifact) bool {
		return a.Path == b.Path && a.Signature == b.Signature && strings.EqualFold(a.SHA256, b.SHA256)
	})
}

// Original returns the number of the record that first had these artifacts: of a rollback, its target.
func (r Record) Original() int {
	if r.RollbackTo > 0 {
		return r.RollbackTo
	}
	return r.Number
}
