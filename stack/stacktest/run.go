// Package stacktest runs the program with Pulumi's mocks and records what it registers, so that tests can make
// assertions after the run. It has the settings and expected values that several test packages share.
package stacktest

import (
	"maps"
	"slices"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config/configtest"
)

// Project is the name of the Pulumi project in every run.
const Project = "modelferry"

// ProgramFunc is a Pulumi program that returns the stack's outputs.
type ProgramFunc func(ctx *pulumi.Context) (pulumi.Map, error)

// Run runs a program on a stack with the given config and returns what it registered. In a preview, computed values
// are Unknown. If the program fails, the record has what it registered before the error.
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
		// The function is not called if an output is unknown: a preview records keys only.
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

// warningLog records the warnings of the program.
type warningLog struct {
	pulumi.Log
	mu     sync.Mutex // apply functions log concurrently
	record *Record
}

func (w *warningLog) Warn(message string, _ *pulumi.LogArgs) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.record.Warnings = append(w.record.Warnings, message)
	return nil
}

// outputPaths returns the sorted paths of the values in a map, through nested maps.
func outputPaths(outputs pulumi.Map) []string {
	var paths []string
	for key, value := range outputs {
		switch value := value.(type) {
		case pulumi.Map:
			for _, inner := range outputPaths(value) {
				paths = append(paths, key+"."+inner)
			}
		case pulumi.StringMap:
			for inner := range maps.Keys(value) {
				paths = append(paths, key+"."+inner)
			}
		default:
			paths = append(paths, key)
		}
	}
	slices.Sort(paths)
	return paths
}
