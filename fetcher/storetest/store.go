package storetest

import "testing"

// Store is a running object store, S3 or GCS.
type Store interface {
	// Endpoint returns the server's URL.
	Endpoint() string
	// Env returns the fetcher's environment for the store at endpoint, which may be a proxy.
	Env(endpoint string) map[string]string
	// Bucket creates a bucket with versioning for the test.
	Bucket(tb testing.TB) string
	// UnversionedBucket creates a bucket without versioning for the test: it keeps only the last version of an object.
	UnversionedBucket(tb testing.TB) string
	// Put writes an object and returns its version.
	Put(tb testing.TB, bucket, key string, body []byte) string
	// PutGzipped writes an object with Content-Encoding gzip, whose content is body, and returns its version.
	PutGzipped(tb testing.TB, bucket, key string, body []byte) string
	// MissingVersion returns a valid version that no object has.
	MissingVersion() string
	// Delete deletes an object.
	Delete(tb testing.TB, bucket, key string)
	// EnvVars returns the names of the environment variables for the bucket and the path.
	EnvVars() (bucket, path string)
	// URL returns the object's URL as the fetcher's messages print it.
	URL(bucket, key string) string
}
