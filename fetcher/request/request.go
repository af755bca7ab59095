// Package request parses and validates a container's environment. It reads no file and opens no connection, so that the
// program that renders the environment can check in its tests that the fetcher accepts it.
package request

import (
	"path"
	"strings"
	"time"
)

// Cloud is an object store.
type Cloud string

// The supported object stores.
const (
	GCS Cloud = "gcs"
	S3  Cloud = "s3"
)

// Request describes one run.
type Request struct {
	Cloud Cloud
	// Folder is the model folder, an absolute path. All artifacts are published in it.
	Folder string
	// AddressingStyle is how an S3 bucket is named in a request: "path", "virtual" or "" for the default.
	AddressingStyle string
	// RequesterPays makes the pod's AWS account pay for the requests.
	RequesterPays bool
	// UserProject is the Google Cloud project that pays for the requests, or empty.
	UserProject string
	// Artifacts holds at least one artifact; the model is the first.
	Artifacts []Artifact

	// Retries is the number of further attempts after the first.
	Retries int
	// Backoff is the maximum wait before the first retry; it doubles with each.
	Backoff time.Duration
	// Timeout limits the whole run, waits included.
	Timeout time.Duration
	// Stall is how long a range may receive no data before it is retried.
	Stall time.Duration
	// IdentityWait limits the wait for an identity that is not ready.
	IdentityWait time.Duration
	// Parallel is the number of concurrent range requests, over all artifacts.
	Parallel int
	// PartSize is the size of a range in bytes.
	PartSize int64
	// Limits restrict the content of archives.
	Limits ArchiveLimits
}

// ArchiveLimits restrict the content of each archive: see archive.Limits.
type ArchiveLimits struct {
	MaxEntries int
	// MaxBytes is the size of the extracted files.
	MaxBytes int64
	// MaxRatio is the number of bytes that one byte of the object may expand to.
	MaxRatio int64
	// MaxWindow is the memory in bytes for the window of zstd decoders.
	MaxWindow int64
}

// Artifact is an object and its destination.
type Artifact struct {
	Bucket string
	// Path is the object's key in the bucket.
	Path string
	// Dest is the path relative to the model folder, slash-separated and clean.
	Dest string
	// SHA256 is the pinned digest of the object, 64 lower-case hex digits, or empty.
	SHA256 string
	// Version is the pinned GCS generation or S3 version ID, or empty.
	Version string
	// Size is the declared size of the object in bytes, or 0.
	Size int64
	// Extract means that the object is an archive to extract into the folder of Dest. If the environment does not say
	// so, the suffix of the path decides.
	Extract bool
	// Signature is the signature that the artifact must have, or nil.
	Signature *Signature
}

// URL returns the artifact's gs:// or s3:// URL.
func (r Request) URL(a Artifact) string {
	scheme := "s3"
	if r.Cloud == GCS {
		scheme = "gs"
	}
	return scheme + "://" + a.Bucket + "/" + a.Path
}

// IsPinned reports whether every artifact has a pinned digest.
func (r Request) IsPinned() bool {
	for _, a := range r.Artifacts {
		if a.SHA256 == "" {
			return false
		}
	}
	return true
}

// Folder returns the folder of Dest, relative to the model folder: "." for the model folder itself.
func (a Artifact) Folder() string { return path.Dir(a.Dest) }

// archiveSuffixes are the suffixes of objects that are extracted if MODEL_EXTRACT is not set. With false they stay
// packed: Triton's EXECUTION_ENV_PATH, for example, is a tar.gz.
// https://github.com/triton-inference-server/python_backend#creating-custom-execution-environments
var archiveSuffixes = []string{".tar", ".tar.gz", ".tgz", ".tar.zst"}

// extracts reports whether to extract an object: as configured, or by the suffix of its key.
func extracts(configured *bool, key string) bool {
	if configured != nil {
		return *configured
	}
	return HasArchiveSuffix(key)
}

// HasArchiveSuffix reports whether a name ends in one of the suffixes of archives.
func HasArchiveSuffix(key string) bool {
	for _, suffix := range archiveSuffixes {
		if strings.HasSuffix(strings.ToLower(key), suffix) {
			return true
		}
	}
	return false
}
