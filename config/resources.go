package config

// Resources are what a container asks for and may use, as Kubernetes quantities.
type Resources struct {
	// What the scheduler sets aside.
	Requests Amounts `json:"requests"`
	// What the container may use at most.
	Limits Amounts `json:"limits"`
}

// Amounts are Kubernetes quantities: 500m, 512Mi.
type Amounts struct {
	// CPU, such as 500m.
	CPU string `json:"cpu"`
	// Memory, such as 512Mi.
	Memory string `json:"memory"`
	// Ephemeral storage, artifacts included. Default: from the artifacts' sizes.
	EphemeralStorage string `json:"ephemeralStorage"`
}
