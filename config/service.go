package config

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Service is the definition of a service, which is the same on every cloud. Its Release selects what runs.
type Service struct {
	// Name of the Deployment. Default: NAME.
	Deployment string `json:"deployment"`
	// Name of the Kubernetes Service. Default: NAME-service.
	Service string `json:"service"`
	// Port that the model server listens on.
	Port int `json:"port" default:"8000"`
	// Directory of the artifacts in the pod.
	ModelFolder string `json:"modelFolder" default:"/models"`
	// Prefix of the objects that the service's identity may read. Default: NAME/.
	Prefix string `json:"prefix"`
	// Path of the service at the ingress. It is not removed from requests, so the server must know it (root path in
	// FastAPI). Default: /NAME.
	Path string `json:"path"`
	// Environment variables of the model server, in addition to those of the artifacts.
	Env map[string]string `json:"env"`
	// Artifacts by name. The artifact named model is required.
	Artifacts map[string]Artifact `json:"artifacts" need:"required"`
	// Requests and limits of the model server.
	Resources ResourceRequirements `json:"resources"`
	// GPUs of each pod, 0 or 1, on a stack with gpu.enabled.
	GPU int `json:"gpu"`
	// Autoscaling on CPU utilization. Memory is not a metric, because the memory of a loaded model does not depend on
	// load.
	Autoscaling Autoscaling `json:"autoscaling"`
	// Health check of the model server.
	Health Health `json:"health"`
	// Path of the Prometheus metrics, without a query; "-" for none.
	Metrics string `json:"metrics" default:"/metrics"`
	// Backends by name: variants of the service. A release selects one.
	Backends map[string]Backend `json:"backends"`
}

// Backend is a variant of a service. Its keys override those of the service.
type Backend struct {
	// Environment variables, in addition to those of the service.
	Env map[string]string `json:"env"`
	// Artifacts that replace the service's artifacts of the same name.
	Artifacts map[string]Artifact `json:"artifacts"`
	// Requests and limits of the model server, instead of the service's.
	Resources *ResourceRequirements `json:"resources"`
	// GPUs of each pod, 0 or 1, instead of the service's.
	GPU *int `json:"gpu"`
}

// Health is the health check of a model server.
type Health struct {
	// Path of the probes and of the load balancer's health check, up to 1024 characters.
	Path string `json:"path" default:"/health"`
	// Maximum time for the server to load its model.
	Startup time.Duration `json:"startup" default:"60s"`
}

// Buckets returns the buckets of the service's artifacts, with those of all backends: the identity of the service is
// the same before its first release and with every release.
func (s Service) Buckets() []string {
	artifacts := slices.Collect(maps.Values(s.Artifacts))
	for _, backend := range s.Backends {
		artifacts = slices.AppendSeq(artifacts, maps.Values(backend.Artifacts))
	}
	return slices.DeleteFunc(BucketNames(), func(bucket string) bool {
		return !slices.ContainsFunc(artifacts, func(a Artifact) bool { return a.Bucket == bucket })
	})
}

// withNames sets the defaults that contain the service's name.
func (s Service) withNames(name string) Service {
	for _, key := range []struct {
		value        *string
		defaultValue string
	}{{&s.Deployment, name}, {&s.Service, name + "-service"}, {&s.Prefix, name + "/"}, {&s.Path, "/" + name}} {
		if *key.value == "" {
			*key.value = key.defaultValue
		}
	}
	return s
}

// servicePath matches path prefixes that the load balancers of both clouds accept and compare literally.
var servicePath = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)+$`)

func (s Service) validate(fldPath *field.Path) field.ErrorList {
	errs := validateBetween(fldPath.Child("port"), s.Port, 1, maxPort)
	if !isMountPath(s.ModelFolder) || isSubpath(s.ModelFolder, tmpDir) {
		errs = append(errs, field.Invalid(fldPath.Child("modelFolder"), s.ModelFolder,
			"must be an absolute path outside "+tmpDir+", such as /models, without : and \\"))
	}
	errs = append(errs, validatePrefix(fldPath.Child("prefix"), s.Prefix)...)
	if !servicePath.MatchString(s.Path) || path.Clean(s.Path) != s.Path {
		errs = append(
			errs,
			field.Invalid(fldPath.Child("path"), s.Path, "must have the form /FOLDER, with letters, digits and . _ ~ - only"),
		)
	}
	errs = append(errs, s.Health.validate(fldPath.Child("health"))...)
	if s.Metrics != "-" && !metricsPath.MatchString(s.Metrics) {
		errs = append(errs, field.Invalid(fldPath.Child("metrics"), s.Metrics,
			`must be the path of a URL, such as /metrics, or "-" for none`))
	}
	errs = append(errs, validateBetween(fldPath.Child("gpu"), s.GPU, 0, maxGPUs)...)
	errs = append(errs, validateEnv(fldPath.Child("env"), s.Env)...)
	errs = append(errs, s.Resources.validate(fldPath.Child("resources"))...)
	errs = append(errs, s.Autoscaling.validate(fldPath.Child("autoscaling"))...)
	errs = append(errs, validateArtifacts(fldPath.Child("artifacts"), s.Artifacts, s.ModelFolder)...)
	for _, name := range sortedKeys(s.Backends) {
		errs = append(errs, validateRequiredName(fldPath.Child("backends", name), name, artifactName)...)
		errs = append(errs, s.Backends[name].validate(fldPath.Child("backends", name), s.ModelFolder)...)
	}
	return errs
}

// maxGPUs is the number of GPUs that a node has.
const maxGPUs = 1

func (b Backend) validate(fldPath *field.Path, modelFolder string) field.ErrorList {
	errs := validateEnv(fldPath.Child("env"), b.Env)
	if b.GPU != nil {
		errs = append(errs, validateBetween(fldPath.Child("gpu"), *b.GPU, 0, maxGPUs)...)
	}
	if b.Resources != nil {
		errs = append(errs, b.Resources.validate(fldPath.Child("resources"))...)
	}
	return append(errs, validateArtifacts(fldPath.Child("artifacts"), b.Artifacts, modelFolder)...)
}

func (h Health) validate(fldPath *field.Path) field.ErrorList {
	var errs field.ErrorList
	switch fldPath := fldPath.Child("path"); {
	case !healthPath.MatchString(h.Path):
		errs = append(errs, field.Invalid(fldPath, h.Path, "must be the path of a URL, such as /health"))
	case len(h.Path) > maxHealthPathLength:
		errs = append(errs, field.TooLong(fldPath, h.Path, maxHealthPathLength))
	}
	return append(errs, validatePositive(fldPath.Child("startup"), h.Startup)...)
}

func validateEnv(fldPath *field.Path, env map[string]string) field.ErrorList {
	var errs field.ErrorList
	for _, name := range sortedKeys(env) {
		errs = append(errs, validateEnvName(fldPath.Child(name), name)...)
		if strings.Contains(env[name], "\x00") { // it would end the value, and the container does not start
			errs = append(errs, field.Invalid(fldPath.Child(name), env[name], "must not contain a NUL character"))
		}
	}
	return errs
}

func validateEnvName(fldPath *field.Path, name string) field.ErrorList {
	if len(validation.IsEnvVarName(name)) == 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(fldPath, name, "must be the name of an environment variable")}
}
