// Package clouds holds, for each cloud that the local cloud can stand in for, what is different about it. Everything
// else in this module is the same for all clouds, but for the providers and the identity servers. A further cloud is
// one more file here, and an entry in All.
package clouds

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/config"
)

// Cloud describes the local stand-in for one cloud.
type Cloud struct {
	// Name is that of the stack, too.
	Name config.Cloud
	// AddressRange is the default /16 of the node, as its first two numbers. Neither Docker, libvirt, Kubernetes
	// distributions nor the usual VPNs use it.
	AddressRange string
	// Provider is the name of the cloud's Pulumi provider.
	Provider string
	// ExecPlugin is the command from which a kubeconfig gets its token.
	ExecPlugin string
	// DefaultRegion is the region that the object store's server is in when the config names none. Empty for a store
	// without regions.
	DefaultRegion string
	// ObjectStore is the server behind the buckets.
	ObjectStore ObjectStore
	// PodIdentity starts AWS's token service, the pod identity webhook and the agent in the node.
	PodIdentity bool
	// IngressCRDs are the kinds that the cloud's ingress controller defines, see package crds.
	IngressCRDs []string
	// Overrides returns the config that a stack needs because the local cloud lacks a part of the real one. Nil for
	// none.
	Overrides func(config.Config) map[string]any
}

// All holds every cloud. The first one is the default.
var All = []Cloud{gke, eks}

// Names returns the clouds' names in the order of All.
func Names() []string {
	names := make([]string, 0, len(All))
	for _, cloud := range All {
		names = append(names, string(cloud.Name))
	}
	return names
}

// Get returns the cloud of that name. An unknown name is an error that lists the known ones.
func Get(name string) (Cloud, error) {
	i := slices.IndexFunc(All, func(c Cloud) bool { return string(c.Name) == name })
	if i < 0 {
		return Cloud{}, fmt.Errorf("invalid stack %q: must be one of %s", name, strings.Join(Names(), ", "))
	}
	return All[i], nil
}

// MustGet is Get for a name that was checked before. It panics for an unknown one.
func MustGet(name string) Cloud {
	cloud, err := Get(name)
	if err != nil {
		panic(err)
	}
	return cloud
}
