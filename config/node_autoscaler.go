package config

import (
	"cmp"
	"fmt"
)

// ClusterAutoscaler is the Kubernetes Cluster Autoscaler, which EKS does not bring.
type ClusterAutoscaler struct {
	// Whether the stack runs one. Otherwise the node groups keep their size until something else moves it. Default: true on EKS.
	Enabled *bool `json:"enabled"`
	// Image of it, of the cluster's own Kubernetes version. Default: the first release for cluster.create.version, or for 1.35.
	Image string `json:"image"`
}

// autoscalerVersion is the Kubernetes version that the autoscaler is for where
// the config names none for the cluster.
const autoscalerVersion = "1.35"

func (a ClusterAutoscaler) withDefaults(version string) ClusterAutoscaler {
	if a.Enabled == nil {
		enabled := true
		a.Enabled = &enabled
	}
	a.Image = cmp.Or(a.Image, fmt.Sprintf("registry.k8s.io/autoscaling/cluster-autoscaler:v%s.0", cmp.Or(version, autoscalerVersion)))
	return a
}

func (a ClusterAutoscaler) check(f *Faults, cloud Cloud) {
	const at = "cluster.create.autoscaler"
	f.only(EKS, cloud, at, a.Enabled != nil || a.Image != "")
	if cloud == EKS && *a.Enabled {
		f.image(at+".image", a.Image)
	}
}
