package config

// AdmissionPolicy refuses pods that would run without credentials.
type AdmissionPolicy struct {
	// Whether the cluster refuses a pod into which EKS has not injected credentials. Kubernetes creates it again until
	// EKS does. It needs Kubernetes 1.30, and the permission to create a ValidatingAdmissionPolicy. Default: true.
	Enabled *bool `json:"enabled"`
}

func (p *AdmissionPolicy) setDefaults() {
	if p.Enabled == nil {
		enabled := true
		p.Enabled = &enabled
	}
}
