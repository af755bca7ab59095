// Package plandiff turns the engine's plan of a change, and the configurations before and after it, into a report.
package plandiff

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/planreport"
)

// Platform is the name of the section with what belongs to no service.
const Platform = "platform"

// Input is what a report is made from.
type Input struct {
	// Stack is its name, and Base what it is compared with.
	Stack, Base string
	// Plan is the engine's plan of the change.
	Plan engine.Summary
	// BaseWarnings of the program are not reported again.
	BaseWarnings []string
	// Before and After are the values of the stack's config by "project:key".
	Before, After map[string]any
	// Project is the namespace of the program's own keys.
	Project string
}

// destructiveTypes are the resources whose replacement or deletion has to be allowed: with them, data or every running
// pod is lost.
var destructiveTypes = []string{
	"gcp:container/cluster:Cluster", "gcp:container/nodePool:NodePool", "gcp:storage/bucket:Bucket",
	"gcp:kms/cryptoKey:CryptoKey", "gcp:kms/keyRing:KeyRing",
	"aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup", "aws:s3/bucketV2:BucketV2", "aws:s3/bucket:Bucket", "aws:kms/key:Key",
}

var reportOps = map[apitype.OpType]planreport.Op{
	apitype.OpCreate: planreport.Created, apitype.OpImport: planreport.Created, apitype.OpUpdate: planreport.Changed,
	apitype.OpReplace: planreport.Replaced, apitype.OpDelete: planreport.Deleted,
}

// New returns the report.
func New(in Input) planreport.Report {
	sections := map[string]*planreport.Section{}
	section := func(name string) *planreport.Section {
		if sections[name] == nil {
			sections[name] = &planreport.Section{Name: name}
		}
		return sections[name]
	}
	for name, settings := range in.settings() {
		section(name).Settings = settings
	}
	owners := in.owners()
	for _, step := range in.Plan.Steps {
		if op, ok := reportOps[step.Op]; ok {
			s := section(owners.of(step))
			s.Changes = append(s.Changes, newChange(op, step))
		}
	}
	report := planreport.Report{Stack: in.Stack, Base: in.Base, Unchanged: in.Plan.Unchanged}
	for _, s := range sections {
		report.Sections = append(report.Sections, *s)
	}
	for _, warning := range in.Plan.Warnings {
		if !slices.Contains(in.BaseWarnings, warning) {
			report.Warnings = append(report.Warnings, warning)
		}
	}
	report.Sort(Platform)
	return report
}

func newChange(op planreport.Op, step engine.Step) planreport.Change {
	ended := op == planreport.Replaced || op == planreport.Deleted
	// A cluster that is deleted before its replacement is created deletes its objects too, although none of their
	// properties has changed.
	byProperty := slices.ContainsFunc(step.ReplaceKeys, func(key string) bool { return key != engine.ReplacedProvider })
	moved := op == planreport.Replaced && strings.HasPrefix(step.Type, "kubernetes:") && !byProperty
	values := changedValues(step)
	if moved { // What depends on the other cluster is unknown.
		values = slices.DeleteFunc(values, func(v planreport.Value) bool { return v.New == unknownText || v.New == "" })
	}
	return planreport.Change{
		Op: op, Kind: step.Kind(), Name: step.Name, URN: step.URN,
		Destructive: ended && slices.Contains(destructiveTypes, step.Type),
		Protected:   step.Protected,
		Retained:    ended && step.Old != nil && step.Old.RetainOnDelete,
		Moved:       moved,
		Values:      values,
	}
}

// owners has the services by the names of their components.
type owners map[string]string

// owners returns the services of both configs, by their names and those of their deployments.
func (in Input) owners() owners {
	result := owners{}
	for _, values := range []map[string]any{in.Before, in.After} {
		services, _ := values[in.Project+":services"].(map[string]any)
		for name, service := range services {
			result[name] = name
			fields, _ := service.(map[string]any)
			if deployment, ok := fields["deployment"].(string); ok {
				result[deployment] = name
			}
		}
	}
	return result
}

// of returns the service of a resource, by its name or its component's, or Platform.
func (o owners) of(step engine.Step) string {
	state := step.New
	if state == nil {
		state = step.Old
	}
	names := []string{step.Name}
	if state != nil && state.Parent != "" {
		names = append(names, resource.URN(state.Parent).Name())
	}
	service, longest := Platform, 0
	for _, name := range names {
		for owner, candidate := range o {
			if (name == owner || strings.HasPrefix(name, owner+"-")) && len(owner) > longest {
				service, longest = candidate, len(owner)
			}
		}
	}
	return service
}
