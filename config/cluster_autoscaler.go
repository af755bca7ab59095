package config

import (
	"cmp"
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// ClusterAutoscaler is the Kubernetes Cluster Autoscaler.
type ClusterAutoscaler struct {
	// Whether the stack deploys the Cluster Autoscaler. Without it, the node groups keep their size. Default: true.
	Enabled *bool `json:"enabled"`
	// Image of the Cluster Autoscaler, for the cluster's Kubernetes version. Default: the first release for
	// cluster.create.version, or for 1.35.
	Image string `json:"image"`
}

// autoscalerVersion is the Kubernetes version of the default image if the config does not set the version of the
// cluster.
const autoscalerVersion = "1.35"

func (a *ClusterAutoscaler) setDefaults(clusterVersion string) {
	if a.Enabled == nil {
		enabled := true
		a.Enabled = &enabled
	}
	a.Image = cmp.Or(a.Image,
		fmt.Sprintf("registry.k8s.io/autoscaling/cluster-autoscaler:v%s.0", cmp.Or(clusterVersion, autoscalerVersion)))
}

func (a ClusterAutoscaler) validate(fldPath *field.Path, production bool) field.ErrorList {
	if !*a.Enabled {
		return nil
	}
	errs := validateImage(fldPath.Child("image"), a.Image)
	if production {
		errs = append(errs, requireDigest(fldPath.Child("image"), a.Image)...)
	}
	return errs
}
