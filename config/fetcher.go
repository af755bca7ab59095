package config

import "time"

// Fetcher is the init container that brings a service's artifacts into the pod.
type Fetcher struct {
	// Image of the fetcher, with a tag or, better, a digest: make image prints it.
	Image string `json:"image" need:"required"`
	// Attempts after the first one.
	Retries int `json:"retries" default:"3"`
	// First pause between attempts; it doubles each time, with full jitter.
	Backoff time.Duration `json:"backoff" default:"10s"`
	// Time for the whole run of the fetcher.
	Timeout time.Duration `json:"timeout" default:"5m"`
	// Ranges of an object in flight at a time. Default: the fetcher's own choice.
	Parallel int `json:"parallel"`
	// Size of a range, such as 8MiB. Default: the fetcher's own choice.
	PartSize string `json:"partSize"`
	// CPU, memory and ephemeral storage of the init container.
	Resources Resources `json:"resources"`
}
