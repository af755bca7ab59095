package infra

// ObjectStore has the fetcher's settings for an object store.
type ObjectStore struct {
	// BucketEnvVar and PathEnvVar are the names of the variables for the model's bucket and path.
	BucketEnvVar, PathEnvVar string
	// Env has further variables of the fetcher on this cloud.
	Env map[string]string
	// EgressEndpoints are the endpoints besides public HTTPS that the fetcher connects to, as HOST:PORT.
	EgressEndpoints []string
}
