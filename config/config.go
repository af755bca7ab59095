// Package config holds a stack's config as types, with defaults and every
// check, so that nothing is made from a config that cannot work.
package config

import (
	"slices"
	"time"
)

// Namespace is the prefix of the project's own keys, as the Pulumi engine
// writes them: modelferry:cloud.
const Namespace = "modelferry"

// Cloud is the platform that a stack runs on.
type Cloud string

// The clouds that the program knows.
const (
	GKE Cloud = "gke"
	EKS Cloud = "eks"
)

// PodIdentityMode is the way in which a pod gets its role on AWS.
type PodIdentityMode string

// The ways that AWS has. On Google Cloud there is one, and no choice.
const (
	// IRSA: the pod's own token is taken to STS, which trusts the cluster's issuer.
	IRSA PodIdentityMode = "irsa"
	// PodIdentity: the pod's own token is taken to an agent on its node.
	PodIdentity PodIdentityMode = "podIdentity"
)

// Config is one stack's config, defaults filled in and checked.
type Config struct {
	// Cloud that the stack runs on: gke or eks.
	Cloud Cloud `json:"cloud" need:"required"`
	// Kubernetes namespace of the services.
	Namespace string `json:"namespace" default:"ml-portfolio"`
	// Team that the stack belongs to, as a label of everything that it makes.
	Owner string `json:"owner"`
	// Cost centre that pays for it, as a label of everything that it makes.
	CostCentre string `json:"costCentre"`
	// Whether the stack is for production: images without a digest, artifacts without sha256, and mounted ones that nobody accepts unverified, are refused.
	Production bool `json:"production"`
	// Cluster to create, or the name of one that exists.
	Cluster Cluster `json:"cluster" need:"required"`
	// Way in which a pod gets its role on AWS: irsa, or podIdentity (EKS). Default: irsa.
	Identity PodIdentityMode `json:"identity"`
	// Buckets that hold the artifacts.
	Buckets Buckets `json:"buckets"`
	// Registry of the images.
	Registry Registry `json:"registry"`
	// Endpoints to use in place of the cloud's public ones, such as private endpoints.
	Endpoints Endpoints `json:"endpoints"`
	// Fetcher is the init container that brings the artifacts into a pod.
	Fetcher Fetcher `json:"fetcher" need:"required"`
	// Rollout says how long a new release may take.
	Rollout Rollout `json:"rollout"`
	// Nodes with GPUs.
	GPU GPU `json:"gpu"`
	// Network that the services' pods see.
	NetworkPolicy NetworkPolicy `json:"networkPolicy"`
	// Way in from outside the cluster. Default: none.
	Ingress *Ingress `json:"ingress"`
	// Monitoring by Prometheus.
	Monitoring Monitoring `json:"monitoring"`
	// Quota of the namespace. Default: none.
	Quota *Quota `json:"quota"`
	// Requests and limits of containers in the namespace that set none, as a LimitRange. Default: none.
	ContainerDefaults *ResourceRequirements `json:"containerDefaults"`
	// Services by name: what each one is, the same on every cloud.
	Services map[string]Service `json:"services" need:"required"`
	// Releases by service name: what is live on this stack. A service without one does not run on it.
	Releases map[string]Release `json:"releases"`

	// GCP is where a gke stack lives; it comes from the provider's own keys.
	GCP GCP `json:"-"`
	// AWS is where an eks stack lives; it comes from the provider's own keys.
	AWS AWS `json:"-"`
}

// GCP is the place of a gke stack.
type GCP struct {
	// Project ID, as in gcp:project.
	Project string
	// Region, as in gcp:region.
	Region string
}

// AWS is the place of an eks stack.
type AWS struct {
	// Region, as in aws:region.
	Region string
}

// Endpoints replace the cloud's public endpoints. They reach the fetcher as
// the SDKs' own variables.
type Endpoints struct {
	// URL of the object store, for a private endpoint or an emulator.
	Storage string `json:"storage"`
	// URL of the token service that a pod's identity is exchanged at (EKS only).
	Identity string `json:"identity"`
}

// Rollout is the patience that a new release is met with.
type Rollout struct {
	// Time that a rollout may take before it counts as failed; the old pods serve on.
	Deadline time.Duration `json:"deadline" default:"10m"`
}

// ServiceNames returns the names of the catalogue's services, sorted.
func (c Config) ServiceNames() []string {
	names := make([]string, 0, len(c.Services))
	for name := range c.Services {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
