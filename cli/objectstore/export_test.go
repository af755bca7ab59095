package objectstore

import "time"

// SetRetries shortens the waits of a store's retries for tests.
func SetRetries(store Store, attempts int, wait time.Duration) {
	policy := retryPolicy{attempts: attempts, first: wait, longest: wait}
	switch s := store.(type) {
	case *gcsStore:
		s.retry = policy
	case *s3Store:
		s.retry = policy
	}
}

// Sizes of requests, for tests.
const (
	PartSize       = minPartSize
	ParallelParts  = parallelParts
	SingleRequest  = gcsSingleRequest
	MetadataDigest = metadataDigest
)
