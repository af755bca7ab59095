// Package stacktest runs the program against a recorder in the engine's place,
// so that tests assert on what was registered, after the run has ended.
package stacktest

import (
	"maps"
	"slices"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config/configtest"
)

// Project is the project's name in every run.
const Project = "modelferry"

// ProgramFunc is a Pulumi program that returns the stack's outputs.
type ProgramFunc func(ctx *pulumi.Context) (pulumi.Map, error)

// Run runs a program on a stack with the given config and returns what it
// registered. In a preview, what a cloud would compute stays unknown. What was
// registered before an error comes with it.
func Run(program ProgramFunc, stack string, settings configtest.Settings, preview bool) (*Record, error) {
	recorder := &recorder{stack: stack, preview: preview}
	record := &Record{Preview: preview}
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		ctx.Log = &warningLog{Log: ctx.Log, record: record}
		outputs, err := program(ctx)
		if err != nil {
			return err
		}
		record.OutputKeys = outputPaths(outputs)
		// Skipped where something is unknown: a preview has keys, but no values.
		outputs.ToMapOutput().ApplyT(func(values map[string]any) (int, error) {
			record.Outputs = values
			return 0, nil
		})
		return nil
	}, pulumi.WithMocks(Project, stack, recorder), func(info *pulumi.RunInfo) {
		info.Config, info.DryRun = settings.Raw(), preview
	})
	record.Registrations = recorder.registrations
	return record, err
}

// warningLog writes down the program's.
type warningLog struct {
	pulumi.Log
	mu     sync.Mutex // what is known later is warned of from aside
	record *Record
}

func (w *warningLog) Warn(message string, _ *pulumi.LogArgs) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.record.Warnings = append(w.record.Warnings, message)
	return nil
}

// outputPaths lists the paths of a map's values, sorted, as far as maps go.
func outputPaths(outputs pulumi.Map) []string {
	var all []string
	for key, value := range outputs {
		switch value := value.(type) {
		case pulumi.Map:
			for _, inner := range outputPaths(value) {
				all = append(all, key+"."+inner)
			}
		case pulumi.StringMap:
			for inner := range maps.Keys(value) {
				all = append(all, key+"."+inner)
			}
		default:
			all = append(all, key)
		}
	}
	slices.Sort(all)
	return all
}
