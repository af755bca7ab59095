// Package status compares the artifacts that a stack's file asks for with those that the pods serve.
package status

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/modelferry/modelferry/cli/diagnosis"
	"github.com/modelferry/modelferry/config"
)

// serviceSelector selects the objects of the stack's services.
const serviceSelector = "app.kubernetes.io/part-of=modelferry,tier=ml-service"

// Stack is the state of a stack's services.
type Stack struct {
	Name string `json:"stack"`
	// InSync is whether every service serves what the stack's file asks for.
	InSync   bool      `json:"inSync"`
	Services []Service `json:"services"`
	// Error says why the cluster cannot be read.
	Error string `json:"error,omitempty"`
}

// Service is the state of a service.
type Service struct {
	Name string `json:"name"`
	// InSync is whether its ready pods serve the wanted artifacts, and its rollout has ended.
	InSync bool `json:"inSync"`
	// ReadyPods is the number of pods that serve, of WantedPods.
	ReadyPods  int32 `json:"readyPods"`
	WantedPods int32 `json:"wantedPods"`
	// FetchSeconds is the longest download of the pods that serve.
	FetchSeconds float64 `json:"fetchSeconds"`
	// Since is when the newest rollout began.
	Since     *time.Time `json:"since,omitempty"`
	Artifacts []Artifact `json:"artifacts"`
	// Problems say why the rollout has not ended.
	Problems []string `json:"problems,omitempty"`
}

// Artifact is an artifact of a service.
type Artifact struct {
	Name string `json:"name"`
	// Wanted is what the stack's file asks for, nil for a service without a release.
	Wanted *Version `json:"wanted,omitempty"`
	// Running are the versions in the pods that serve, one if they agree.
	Running []RunningVersion `json:"running"`
}

// Version is a version of an artifact.
type Version struct {
	Path string `json:"path"`
	// SHA256 is in hexadecimal. It is empty if it is neither pinned nor known.
	SHA256 string `json:"sha256,omitempty"`
}

// RunningVersion is a version of an artifact in pods.
type RunningVersion struct {
	Version

	// Verified says what the bytes were compared with: sha256 (the wanted digest), crc (the store's checksum), size, or
	// csi for a bucket that is mounted, whose bytes are not compared.
	Verified string `json:"verified"`
	// Signature is how the signature was verified, such as by key; none if none is required, and empty if the fetcher
	// has not reported it.
	Signature string `json:"signature,omitempty"`
	// Pods is the number of pods that serve it.
	Pods int `json:"pods"`
}

// CheckServices returns an error for a name that is not in the catalogue.
func CheckServices(c config.Config, names []string) error {
	for _, name := range names {
		if !slices.Contains(c.ServiceNames(), name) {
			return fmt.Errorf("invalid service %q: must be one of %s", name, strings.Join(c.ServiceNames(), ", "))
		}
	}
	return nil
}

// Read returns the state of a stack's services, or only of those that are named, sorted by name.
func Read(ctx context.Context, client diagnosis.Client, stack string, c config.Config, names []string) (Stack, error) {
	objects, err := list(ctx, client, c.Namespace)
	if err != nil {
		return Stack{}, err
	}
	state := Stack{Name: stack, InSync: true, Services: []Service{}}
	workloads := c.Workloads()
	for _, name := range c.ServiceNames() {
		i := slices.IndexFunc(workloads, func(w config.Workload) bool { return w.Name == name })
		deployment := objects.deployment(name)
		if i < 0 && deployment == nil || len(names) > 0 && !slices.Contains(names, name) {
			continue
		}
		var wanted []config.ResolvedArtifact
		if i >= 0 {
			wanted = workloads[i].Artifacts
		}
		service := objects.service(name, deployment, wanted)
		state.Services = append(state.Services, service)
		state.InSync = state.InSync && service.InSync
	}
	return state, nil
}

// objects are the objects of a namespace, and what is not ready of them.
type objects struct {
	diagnosis.Objects
	findings []diagnosis.Finding
}

func list(ctx context.Context, client diagnosis.Client, namespace string) (objects, error) {
	listed, err := diagnosis.List(ctx, client, namespace, serviceSelector)
	if err != nil {
		return objects{}, err
	}
	findings, err := listed.Find(ctx, client)
	return objects{listed, findings}, err
}

// deployment returns the Deployment of a service, or nil.
func (o objects) deployment(service string) *appsv1.Deployment {
	i := slices.IndexFunc(o.Deployments, func(d appsv1.Deployment) bool { return d.Labels[diagnosis.ServiceLabel] == service })
	if i < 0 {
		return nil
	}
	return &o.Deployments[i]
}
