// Package request turns a container's environment into a checked request.
// It reads no file and opens no connection, so that the program that renders
// the environment can ask in its own tests whether the fetcher will accept it.
package request

import (
	"path"
	"strings"
	"time"
)

// Cloud says whose object store a request reads.
type Cloud string

// The clouds, by the names of their object stores.
const (
	GCS Cloud = "gcs"
	S3  Cloud = "s3"
)

// Request is everything that one run has to do.
type Request struct {
	Cloud Cloud
	// Folder is the model folder, absolute: every artifact appears inside it.
	Folder string
	// Artifacts holds the main model first. There is always at least one.
	Artifacts []Artifact

	// Retries is how often the whole run is tried again after the first time.
	Retries int
	// Backoff is the longest wait before the first retry; it doubles.
	Backoff time.Duration
	// Timeout bounds the whole run, waits included.
	Timeout time.Duration
	// Stall is how long a range may bring no byte before it is given up.
	Stall time.Duration
	// IdentityWait bounds the wait for an identity that is not ready yet.
	IdentityWait time.Duration
	// Parallel is how many ranges are read at once, over all artifacts.
	Parallel int
	// PartSize is the length of a range in bytes.
	PartSize int64
}

// Artifact is one object and where it goes.
type Artifact struct {
	Bucket string
	// Path is the object's key in the bucket.
	Path string
	// Dest is relative to the model folder, slash-separated and clean.
	Dest string
	// SHA256 pins the object's bytes: 64 lower-case hex digits, or empty.
	SHA256 string
	// Version pins a GCS generation or an S3 version id; may be empty.
	Version string
	// Size is the object's expected length in bytes; 0 when not declared.
	Size int64
	// Extract says that the object is an archive, whose content goes into
	// Dest's folder. It is set for every path with an archive's suffix.
	Extract bool
}

// URL names the object as the cloud's own tools do.
func (r Request) URL(a Artifact) string {
	scheme := "s3"
	if r.Cloud == GCS {
		scheme = "gs"
	}
	return scheme + "://" + a.Bucket + "/" + a.Path
}

// IsPinned says whether every artifact's bytes are fixed by a digest.
func (r Request) IsPinned() bool {
	for _, a := range r.Artifacts {
		if a.SHA256 == "" {
			return false
		}
	}
	return true
}

// Folder is the folder that the artifact's content goes to, relative to the
// model folder: "." for the model folder itself.
func (a Artifact) Folder() string { return path.Dir(a.Dest) }

// archiveSuffixes are the names that are extracted without being asked.
var archiveSuffixes = []string{".tar", ".tar.gz", ".tgz", ".tar.zst"}

func hasArchiveSuffix(key string) bool {
	for _, suffix := range archiveSuffixes {
		if strings.HasSuffix(strings.ToLower(key), suffix) {
			return true
		}
	}
	return false
}
