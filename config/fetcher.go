package config

import "time"

// Fetcher is the init container that brings a service's artifacts into the pod.
type Fetcher struct {
	// Image of the fetcher, with a tag or, better, a digest: make image prints it.
	Image string `json:"image" need:"required"`
	// Attempts after the first one, 20 at most.
	Retries int `json:"retries" default:"3"`
	// First pause between attempts; it doubles each time, with full jitter.
	Backoff time.Duration `json:"backoff" default:"10s"`
	// Time for the whole run of the fetcher.
	Timeout time.Duration `json:"timeout" default:"5m"`
	// Time that an identity which is not ready yet is waited for, within the timeout. Default: the fetcher's own choice, 1m.
	IdentityWait *time.Duration `json:"identityWait"`
	// Ranges of an object in flight at a time, 64 at most. Default: the fetcher's own choice.
	Parallel int `json:"parallel"`
	// Size of a range, 64KiB to 64MiB. Default: the fetcher's own choice.
	PartSize string `json:"partSize"`
	// CPU, memory and ephemeral storage of the init container. Default: 100m and 64Mi asked for, 1 and 256Mi at most.
	Resources ResourceRequirements `json:"resources"`
}

// What the fetcher accepts: parallel ranges times their size is memory of the
// init container.
const (
	maxRetries   = 20
	maxParallel  = 64
	minPartBytes = 64 << 10
	maxPartBytes = 64 << 20
)

// PartSizeBytes is the size of a range in bytes; 0 leaves it to the fetcher.
func (x Fetcher) PartSizeBytes() int64 {
	bytes, err := ParseSize(x.PartSize)
	if err != nil {
		return 0 // not set: what cannot be read has been found a fault
	}
	return bytes
}

// IdentityWaitOrZero is the time that an identity is waited for; 0 leaves it to the fetcher.
func (x Fetcher) IdentityWaitOrZero() time.Duration {
	if x.IdentityWait == nil {
		return 0
	}
	return *x.IdentityWait
}

// SetDefaults gives the init container enough for a download at full speed
// without the pod asking the scheduler for more than its server does.
func (x *Fetcher) SetDefaults() {
	x.Resources = ResourceRequirements{
		Requests: ResourceList{CPU: "100m", Memory: "64Mi"},
		Limits:   ResourceList{CPU: "1", Memory: "256Mi"},
	}
}
