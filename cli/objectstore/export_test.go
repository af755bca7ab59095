package objectstore

import "time"

// SetRetries shortens the waits of a store's retries for tests.
func SetRetries(store Store, attempts int, wait time.Duration) {
	policy := retryPolicy{attempts: attempts, first: wait, longest: wait, stall: time.Minute}
	switch s := store.(type) {
	case *gcsStore:
		s.retry = policy
	case *s3Store:
		s.retry = policy
	}
}

// SetStall sets the time after which a store gives up a request without a byte, for tests.
func SetStall(store Store, stall time.Duration) {
	switch s := store.(type) {
	case *gcsStore:
		s.retry.stall = stall
	case *s3Store:
		s.retry.stall = stall
	}
}

// Sizes of requests, for tests.
const (
	PartSize       = minPartSize
	ParallelParts  = parallelParts
	SingleRequest  = gcsSingleRequest
	MetadataDigest = metadataDigest
)
