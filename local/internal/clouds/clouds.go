// Package clouds has a table of the differences between the clouds in the local cloud. Apart from the providers, token
// commands and identity servers, the rest of this module is the same for all clouds. To add a cloud, add a file here
// and an entry in All.
package clouds

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/config"
)

// Cloud describes the local replacement of one cloud.
type Cloud struct {
	// Name is the name of the cloud, and of its stack.
	Name config.Cloud
	// AddressRange is the default /16 of the node, as its first two numbers. Docker, libvirt, Kubernetes
	// distributions and common VPNs do not use it.
	AddressRange string
	// Provider is the name of the cloud's Pulumi provider.
	Provider string
	// ExecPlugin is the token command of the cloud's kubeconfigs.
	ExecPlugin string
	// DefaultRegion is the region of the object store if the config has none. Empty for a store without regions.
	DefaultRegion string
	// ObjectStore is the server behind the buckets.
	ObjectStore ObjectStore
	// PodIdentity starts the AWS token service, the pod identity webhook and the Pod Identity Agent in the node.
	PodIdentity bool
	// MetadataServer starts the GKE metadata server in the node, and the front of the object store that takes tokens.
	MetadataServer bool
	// IngressCRDs are the kinds that the cloud's ingress controller defines, see package crds.
	IngressCRDs []string
	// Monitoring is how the cloud's Prometheus finds what it scrapes.
	Monitoring Monitoring
	// Account returns config values by which the local cloud's account is the one in the config. It may be nil.
	Account func(config.Config) map[string]any
	// Overrides returns config values that disable features which the local cloud does not have. It may be nil.
	Overrides func(config.Config) map[string]any
}

// Monitoring is how a cloud's Prometheus finds what it scrapes.
type Monitoring struct {
	// Key is the key below monitoring in the config that creates an object for each service.
	Key string
	// ExporterManifest is the file in monitoring/kubernetes with the objects of the exporters. They are of ExporterKind,
	// see package crds.
	ExporterManifest, ExporterKind string
}

// All are the clouds. The first one is the default.
var All = []Cloud{gke, eks}

// Names returns the clouds' names in the order of All.
func Names() []string {
	names := make([]string, 0, len(All))
	for _, cloud := range All {
		names = append(names, string(cloud.Name))
	}
	return names
}

// Get returns the cloud with that name, or an error with the valid names.
func Get(name string) (Cloud, error) {
	i := slices.IndexFunc(All, func(c Cloud) bool { return string(c.Name) == name })
	if i < 0 {
		return Cloud{}, fmt.Errorf("invalid stack %q: must be one of %s", name, strings.Join(Names(), ", "))
	}
	return All[i], nil
}

// MustGet is Get for a validated name. It panics for an unknown one.
func MustGet(name string) Cloud {
	cloud, err := Get(name)
	if err != nil {
		panic(err)
	}
	return cloud
}

// AccountValues returns the config values by which the stand-ins of the cloud have the account in a config.
func AccountValues(c config.Config) map[string]any {
	if account := MustGet(string(c.Cloud)).Account; account != nil {
		return account(c)
	}
	return nil
}
