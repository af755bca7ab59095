// Package gcp is the local cloud's provider for Google Cloud: the resource types and functions that the program uses.
package gcp

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// Version is the version of the pulumi-gcp SDK in go.mod.
const Version = "7.38.0"

const computeAPI = "https://www.googleapis.com/compute/v1/"

// Package returns the resource types and functions of Google Cloud. A new resource type is an entry in one of the maps.
func Package() *provider.Package {
	pkg := &provider.Package{
		Name: "gcp", Version: Version, Config: gcp.ProviderArgs{},
		SharedOutputs: map[string]provider.OutputFunc{
			"project":           project,
			"region":            configOutput("region"),
			"location":          location,
			"effectiveLabels":   effectiveLabels,
			"pulumiLabels":      effectiveLabels,
			"creationTimestamp": provider.ConstOutput(fixedTimestamp),
			"createTime":        provider.ConstOutput(fixedTimestamp),
			"updateTime":        provider.ConstOutput(fixedTimestamp),
			"etag":              provider.Template("{#16}"),
			"fingerprint":       provider.Template("{#12}"),
		},
		PlannedOutputs: []string{"project", "region", "location"},
		TrackedOutputs: []string{"effectiveLabels", "pulumiLabels"},
		Resources:      map[string]provider.Resource{},
		Functions:      functions,
		InputFormats:   inputFormats, Refusals: refusals, Quotas: quotas,
	}
	for _, resources := range []map[string]provider.Resource{
		networkResources, clusterResources, bucketResources, iamResources, artifactRegistryResources,
	} {
		maps.Copy(pkg.Resources, resources)
	}
	for token, values := range enums {
		resource := pkg.Resources[token]
		resource.Enums = values
		pkg.Resources[token] = resource
	}
	pkg.AddServerSet(serverSet(), nothingServerSet)
	return pkg
}

// fixedTimestamp is the creation time of every resource, so that plans do not change from day to day.
const fixedTimestamp = "2024-01-01T00:00:00Z"

func project(r *provider.Request) any {
	if p := r.ConfigString("project"); p != "" {
		return p
	}
	return r.Errorf("%s: no project: set gcp:project (pulumi config set gcp:project NAME), or the provider's project", r.Type)
}

func configOutput(name string) provider.OutputFunc {
	return func(r *provider.Request) any {
		if s := r.ConfigString(name); s != "" {
			return s
		}
		return nil
	}
}

// location returns the provider's region, or else its zone: pulumi-gcp's default for a cluster's location.
func location(r *provider.Request) any {
	if region := r.ConfigString("region"); region != "" {
		return region
	}
	return configOutput("zone")(r)
}

// effectiveLabels returns the provider's default labels, overridden by the resource's. GKE clusters have them in
// resourceLabels.
func effectiveLabels(r *provider.Request) any {
	labels := map[string]any{}
	maps.Copy(labels, r.ConfigObject("defaultLabels"))
	for _, name := range []string{"labels", "resourceLabels"} {
		maps.Copy(labels, r.GetMap(name))
	}
	return labels
}

// projectNumber derives a project's number, 12 digits, from its name.
func projectNumber(name string) string {
	sum := sha256.Sum256([]byte(name))
	return fmt.Sprintf("%d", 100_000_000_000+binary.BigEndian.Uint64(sum[:])%900_000_000_000)
}
