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
	// CPU, memory and ephemeral storage of the init container. Default: 100m and 64Mi asked for, 1 and 256Mi at most.
	Resources Resources `json:"resources"`
}

// SetDefaults gives the init container enough for a download at full speed
// without the pod asking the scheduler for more than its server does.
func (x *Fetcher) SetDefaults() {
	x.Resources = Resources{
		Requests: Amounts{CPU: "100m", Memory: "64Mi"},
		Limits:   Amounts{CPU: "1", Memory: "256Mi"},
	}
}
