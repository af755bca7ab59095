package storetest

import "testing"

// Store is what a test does to a server, whichever it is.
type Store interface {
	// Endpoint is the server's URL.
	Endpoint() string
	// Env is the environment in which the fetcher reads from the server, at
	// endpoint: its own, or that of a proxy before it.
	Env(endpoint string) map[string]string
	// Bucket makes a bucket of its own for the test, which keeps versions.
	Bucket(t testing.TB) string
	// Put writes an object and returns its version.
	Put(t testing.TB, bucket, key string, body []byte) string
	// MissingVersion is a well-formed version that no object has.
	MissingVersion() string
	// Delete removes an object.
	Delete(t testing.TB, bucket, key string)
	// EnvVars are the environment's names for bucket and path.
	EnvVars() (bucket, path string)
	// URL is the object's, as messages show it.
	URL(bucket, key string) string
}
