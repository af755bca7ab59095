package config

import (
	"regexp"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Names of the EKS add-ons of a cluster that the stack creates. It has the CSI driver only if a release uses it.
const (
	AddonVPCCNI        = "vpc-cni"
	AddonKubeProxy     = "kube-proxy"
	AddonPodIdentity   = "eks-pod-identity-agent"
	AddonCoreDNS       = "coredns"
	AddonMetricsServer = "metrics-server"
	AddonS3CSIDriver   = "aws-mountpoint-s3-csi-driver"
)

// AddonNames returns the names of the EKS add-ons.
func AddonNames() []string {
	return []string{AddonVPCCNI, AddonKubeProxy, AddonPodIdentity, AddonCoreDNS, AddonMetricsServer, AddonS3CSIDriver}
}

// Addon is an EKS add-on of a cluster that the stack creates.
type Addon struct {
	// Version, such as v1.21.1-eksbuild.1. Default: the one that AWS recommends for the cluster's Kubernetes version.
	Version string `json:"version"`
	// Configuration values of the add-on, merged into those that the program sets.
	Values map[string]any `json:"values"`
}

// addonVersion matches versions of EKS add-ons.
var addonVersion = nameFormat{
	regexp.MustCompile(`^v\d+\.\d+\.\d+-eksbuild\.\d+$`),
	"the version of an EKS add-on, such as v1.21.1-eksbuild.1 (aws eks describe-addon-versions)",
}

func validateAddons(addons map[string]Addon, fldPath *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, name := range sortedKeys(addons) {
		errs = append(errs, validateSupported(fldPath.Child(name), name, AddonNames())...)
		errs = append(errs, addonVersion.validate(fldPath.Child(name, "version"), addons[name].Version)...)
	}
	return errs
}
