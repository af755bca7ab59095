// Package config defines the config of a stack: its types, defaults and rules. Load reports every error in a config
// before any resource is registered.
package config

import (
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Namespace is the namespace of the project's own config keys, such as modelferry:cloud.
const Namespace = "modelferry"

// Config is the config of one stack, with defaults. Load returns only valid configs.
type Config struct {
	// Cloud that the stack runs on: gke or eks.
	Cloud Cloud `json:"cloud" need:"required"`
	// Kubernetes namespace of the services.
	Namespace string `json:"namespace" default:"ml-portfolio"`
	// Team that owns the stack. A label on every resource.
	Owner string `json:"owner"`
	// Cost centre that pays for the stack. A label on every resource.
	CostCentre string `json:"costCentre"`
	// Whether this is a production stack. It requires a digest for every image, a sha256 for every artifact,
	// unverified: true for every release with delivery csi, and at least 2 replicas of every service.
	Production bool `json:"production"`
	// Cluster to create, or the name of an existing one.
	Cluster Cluster `json:"cluster" need:"required"`
	// How a pod obtains credentials for its IAM role: irsa or podIdentity. Default: irsa.
	Identity PodIdentityMode `json:"identity" clouds:"eks"`
	// Settings of the IAM roles that the stack creates.
	IAM IAM `json:"iam" clouds:"eks"`
	// Admission policy for pods without credentials.
	AdmissionPolicy AdmissionPolicy `json:"admissionPolicy" clouds:"eks"`
	// Buckets of the artifacts.
	Buckets Buckets `json:"buckets"`
	// Container registry of the images.
	Registry Registry `json:"registry"`
	// Endpoints to use instead of the cloud's public ones.
	Endpoints Endpoints `json:"endpoints"`
	// Policy for signatures of artifacts.
	Signatures Signatures `json:"signatures"`
	// Fetcher: the init container that downloads the artifacts.
	Fetcher Fetcher `json:"fetcher" need:"required"`
	// Rollout of a new release.
	Rollout Rollout `json:"rollout"`
	// Node pool with GPUs.
	GPU GPU `json:"gpu"`
	// Network policy of the namespace.
	NetworkPolicy NetworkPolicy `json:"networkPolicy"`
	// Ingress: HTTPS access from outside the cluster. Default: none.
	Ingress *Ingress `json:"ingress"`
	// Monitoring with Prometheus.
	Monitoring Monitoring `json:"monitoring"`
	// Resource quota of the namespace. Default: none.
	Quota *Quota `json:"quota"`
	// Default requests and limits of the namespace's containers (LimitRange). Default: none.
	ContainerDefaults *ResourceRequirements `json:"containerDefaults"`
	// Services by name. A service is the same on every cloud.
	Services map[string]Service `json:"services" need:"required"`
	// Releases by service name: the image and artifacts that run on this stack. A service without a release does not
	// run. Nor does one with a digest of zeros, which stands for what is not published yet.
	Releases map[string]Release `json:"releases"`

	// GCP has the keys of the Google Cloud provider.
	GCP GCP `json:"-" provider:"gcp" clouds:"gke"`
	// AWS has the keys of the AWS provider.
	AWS AWS `json:"-" provider:"aws" clouds:"eks"`

	// includeUnpublished is set by WithUnpublished.
	includeUnpublished bool
}

// ServiceNames returns the names of the services, sorted.
func (c Config) ServiceNames() []string { return sortedKeys(c.Services) }

// validate applies every rule. stack is the stack's name.
func (c Config) validate(stack string) field.ErrorList {
	errs, formats := c.validateCloud(), platforms[c.Cloud].formats
	errs = append(errs, validateDNSLabel(Path("namespace"), c.Namespace)...)
	errs = append(errs, validateLabelValue(Path("owner"), c.Owner)...)
	errs = append(errs, validateLabelValue(Path("costCentre"), c.CostCentre)...)
	errs = append(errs, c.Cluster.validate(Path("cluster"), formats)...)
	errs = append(errs, c.Buckets.validate(Path("buckets"), formats.kmsKey)...)
	errs = append(errs, c.validateDefaultBucketNames(Path("buckets"), stack)...)
	errs = append(errs, c.Registry.validate(Path("registry"), formats.registryReader)...)
	errs = append(errs, c.Endpoints.validate(Path("endpoints"))...)
	errs = append(errs, c.Signatures.validate(Path("signatures"))...)
	errs = append(errs, c.Fetcher.validate(Path("fetcher"))...)
	errs = append(errs, c.Rollout.validate(Path("rollout"))...)
	errs = append(errs, c.GPU.validate(Path("gpu"), formats.machineType)...)
	errs = append(errs, c.NetworkPolicy.validate(Path("networkPolicy"))...)
	errs = append(errs, c.Monitoring.validate(Path("monitoring"))...)
	if c.Ingress != nil {
		errs = append(errs, c.Ingress.validate(Path("ingress"), formats.certificate)...)
		errs = append(errs, c.validateRootPaths()...)
	}
	if c.Quota != nil {
		errs = append(errs, c.Quota.validate(Path("quota"))...)
	}
	if c.ContainerDefaults != nil {
		errs = append(errs, c.ContainerDefaults.validate(Path("containerDefaults"))...)
	}
	errs = append(errs, validateServices(c.Services, Path("services"))...)
	errs = append(errs, c.validateReleases(Path("releases"))...)
	errs = append(errs, c.validateSignatures(Path("releases"))...)
	errs = append(errs, c.validateFetcherSignatures(Path("releases"))...)
	errs = append(errs, c.validateObjectVersions(Path("releases"), formats.objectVersion)...)
	if c.Production {
		errs = append(errs, c.validateProduction()...)
		errs = append(errs, c.validateReplicas()...)
	}
	return errs
}
