package config

// ResourceRequirements are what a container asks for and may use, as Kubernetes quantities.
type ResourceRequirements struct {
	// What the scheduler sets aside.
	Requests ResourceList `json:"requests"`
	// What the container may use at most.
	Limits ResourceList `json:"limits"`
}

// ResourceList are Kubernetes quantities: 500m, 512Mi.
type ResourceList struct {
	// CPU, such as 500m.
	CPU string `json:"cpu"`
	// Memory, such as 512Mi.
	Memory string `json:"memory"`
	// Ephemeral storage, artifacts included. Default: from the artifacts' sizes.
	EphemeralStorage string `json:"ephemeralStorage"`
}
