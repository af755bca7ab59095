package config

import (
	"path"
	"time"
)

// ModelArtifact is the artifact that every service has: its model.
const ModelArtifact = "model"

// Service is what a service is on every cloud; a Release says what of it is live.
type Service struct {
	// Name of the Deployment. Default: the service's name.
	Deployment string `json:"deployment"`
	// Name of the Kubernetes Service. Default: NAME-service.
	Service string `json:"service"`
	// Port that the model server listens on.
	Port int `json:"port" default:"8000"`
	// Folder of the pod that artifacts appear in.
	ModelFolder string `json:"modelFolder" default:"/models"`
	// Prefix of the buckets that the service's identity may read. Default: NAME/.
	Prefix string `json:"prefix"`
	// Path of the service at the ingress, with all below it. It stays in the request: it is what FastAPI calls the root path. Default: /NAME.
	Path string `json:"path"`
	// Environment of the model server, besides the artifacts' own variables.
	Env map[string]string `json:"env"`
	// Artifacts by name; the one called model is the service's model.
	Artifacts map[string]Artifact `json:"artifacts" need:"required"`
	// Requests and limits of the model server.
	Resources ResourceRequirements `json:"resources"`
	// GPUs that a pod has for itself, on a stack whose gpu.enabled is true.
	GPU int `json:"gpu"`
	// Autoscaling on CPU. A loaded model's memory does not follow load, so memory is no measure.
	Autoscaling Autoscaling `json:"autoscaling"`
	// Health check of the model server.
	Health Health `json:"health"`
	// Path that Prometheus scrapes; "-" for none.
	Metrics string `json:"metrics" default:"/metrics"`
	// Backends by name: variants of the service, one of which a release picks.
	Backends map[string]Backend `json:"backends"`
}

// Artifact is a file or archive that a pod needs, without its version.
type Artifact struct {
	// Bucket that it lies in: models or datasets.
	Bucket string `json:"bucket" default:"models"`
	// Where it appears, relative to the model folder; an ending / makes it a folder that keeps the object's name.
	Dest string `json:"dest" need:"required"`
	// Absolute path at which the model server sees it too.
	Mount string `json:"mount"`
	// Variable of the model server that is set to its path (for a folder or an archive: the folder's).
	Env string `json:"env"`
	// Whether it is an archive to unpack; .tar, .tar.gz, .tgz and .tar.zst are so by themselves.
	Extract bool `json:"extract"`
}

// Backend is a variant of a service: what it sets takes the place of the service's.
type Backend struct {
	// Environment that is added to the service's.
	Env map[string]string `json:"env"`
	// Artifacts that take the place of the service's artifacts of the same name.
	Artifacts map[string]Artifact `json:"artifacts"`
	// Requests and limits of the model server, in place of the service's.
	Resources *ResourceRequirements `json:"resources"`
	// GPUs that a pod has for itself, in place of the service's.
	GPU *int `json:"gpu"`
}

// Autoscaling bounds a service's replicas and names the CPU load that it aims at.
type Autoscaling struct {
	// Least number of replicas.
	Min int `json:"min" default:"1"`
	// Greatest number of replicas.
	Max int `json:"max" default:"3"`
	// CPU load to aim at, in percent of the request.
	CPU int `json:"cpu" default:"70"`
	// Time that load has to stay low before replicas go.
	ScaleDownWindow time.Duration `json:"scaleDownWindow" default:"300s"`
}

// Health is how Kubernetes asks a model server whether it can serve.
type Health struct {
	// Path of the probe.
	Path string `json:"path" default:"/health"`
	// Time that a server may take to load its model.
	Startup time.Duration `json:"startup" default:"60s"`
}

// withNames fills in the defaults that follow from the service's name.
func (s Service) withNames(name string) Service {
	if s.Deployment == "" {
		s.Deployment = name
	}
	if s.Service == "" {
		s.Service = name + "-service"
	}
	if s.Prefix == "" {
		s.Prefix = name + "/"
	}
	if s.Path == "" {
		s.Path = "/" + name
	}
	return s
}

// isFolder tells whether dest names a folder that the object keeps its name in.
func (a Artifact) isFolder() bool { return a.Dest != "" && path.Clean(a.Dest)+"/" == a.Dest }
