package request

import (
	"encoding/json"
	"io"
	"strings"
)

// artifactEntry is one element of ARTIFACTS.
type artifactEntry struct {
	Bucket  string `json:"bucket"`
	Path    string `json:"path"`
	Dest    string `json:"dest"`
	SHA256  string `json:"sha256"`
	Version string `json:"version"`
	// Signature is nil if none is required.
	Signature *Signature `json:"signature"`
	// Extract is a pointer, because without it the suffix of the path decides.
	Extract *bool `json:"extract"`
	// Size is a pointer to distinguish an explicit 0 from a missing field.
	Size *int64 `json:"size"`
}

// artifacts decodes ARTIFACTS strictly: ignoring a misspelled "sha256" would disable the digest check.
func (e *env) artifacts() []Artifact {
	text := e.get("ARTIFACTS")
	if text == "" {
		return nil
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	var entries []artifactEntry
	if err := decoder.Decode(&entries); err != nil {
		e.addError("invalid ARTIFACTS: must be a JSON list of {bucket, path, dest, sha256, version, size, extract, signature}: %w", err)
		return nil
	}
	if _, err := decoder.Token(); err != io.EOF {
		e.addError("invalid ARTIFACTS: unexpected data after the JSON list")
		return nil
	}
	artifacts := make([]Artifact, len(entries))
	for i, entry := range entries {
		artifacts[i] = Artifact{
			Bucket: entry.Bucket, Path: entry.Path, Dest: entry.Dest,
			SHA256: entry.SHA256, Version: entry.Version, Extract: extracts(entry.Extract, entry.Path),
			Signature: entry.Signature,
		}
		if entry.Size != nil {
			artifacts[i].Size = *entry.Size
			if *entry.Size <= 0 {
				e.addError("ARTIFACTS[%d]: invalid size %d: must be a number of bytes above 0", i, *entry.Size)
			}
		}
	}
	return artifacts
}
