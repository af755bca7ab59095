package stacktest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

type object = map[string]any

// equalRuns are a preview and an update of one stack that agree: a network, and a
// cluster in it. Each call makes them anew.
func equalRuns() (preview, update *stacktest.Record) {
	record := func(preview bool) *stacktest.Record {
		computed := func(value any) any {
			if preview {
				return stacktest.Unknown
			}
			return value
		}
		return &stacktest.Record{
			Preview: preview, Warnings: []string{"b", "a"}, OutputKeys: []string{"cluster", "network"},
			Registrations: []stacktest.Registration{
				{Type: "network", Name: "main", URN: "urn:network", Inputs: object{"cidr": "10.0.0.0/16"}},
				{
					Type: "cluster", Name: "main", URN: "urn:cluster", Parent: "urn:component", Custom: true,
					Provider:     "urn:provider::" + map[bool]string{true: "", false: "id"}[preview],
					Dependencies: []string{"urn:network", "urn:role"}, RetainOnDelete: true, Protect: true,
					IgnoreChanges: []string{"size"}, CreateTimeout: "11m", UpdateTimeout: "11m",
					Inputs: object{
						"name": "main", "network": computed("network-id"), "labels": computed(object{"a": "b"}), "version": nil,
						"pools": []any{object{"min": 1., "role": computed("role-id")}, object{"min": 2.}},
					},
				},
			},
		}
	}
	return record(true), record(false)
}

func TestDiffPreview_unknownsInPreview(t *testing.T) {
	preview, update := equalRuns()
	require.Empty(t, stacktest.DiffPreview(preview, update))

	// In no order, as they are registered side by side.
	update.Registrations[0], update.Registrations[1] = update.Registrations[1], update.Registrations[0]
	update.Registrations[0].Dependencies = []string{"urn:role", "urn:network"}
	update.Warnings = []string{"a", "b"}
	require.Empty(t, stacktest.DiffPreview(preview, update))
}

func TestDiffPreview_differences(t *testing.T) {
	type registration = stacktest.Registration
	cluster := func(change func(r *registration)) func(*stacktest.Record) {
		return func(r *stacktest.Record) { change(&r.Registrations[1]) }
	}
	pool := func(r *registration) object { return r.Inputs["pools"].([]any)[0].(object) }
	for _, test := range []struct {
		name   string
		update func(*stacktest.Record)
		want   string
	}{
		{"a resource that the preview has not", func(r *stacktest.Record) {
			r.Registrations = append(r.Registrations, registration{Type: "node", Name: "a", URN: "urn:a"})
		}, "node a: in the update only: nobody saw it in the preview"},
		{"a resource that the update has not", func(r *stacktest.Record) { r.Registrations = r.Registrations[1:] },
			"network main: registered 1 times in the preview, 0 times in the update"},
		{"a resource twice", func(r *stacktest.Record) { r.Registrations = append(r.Registrations, r.Registrations[0]) },
			"network main: registered 1 times in the preview, 2 times in the update"},
		{"the type", cluster(func(r *registration) { r.Type = "other" }), "other main: type: cluster in the preview, other in the update"},
		{"a component", cluster(func(r *registration) { r.Custom = false }), "cluster main: custom: true in the preview, false in the update"},
		{"the parent", cluster(func(r *registration) { r.Parent = "" }), "cluster main: parent: urn:component in the preview,  in the update"},
		{"the provider", cluster(func(r *registration) { r.Provider = "urn:other::id" }),
			"cluster main: provider: urn:provider in the preview, urn:other in the update"},
		{"the retention", cluster(func(r *registration) { r.RetainOnDelete = false }), "cluster main: retained: true in the preview, false in the update"},
		{"the protection", cluster(func(r *registration) { r.Protect = false }), "cluster main: protected: true in the preview, false in the update"},
		{"what is ignored", cluster(func(r *registration) { r.IgnoreChanges = nil }), "cluster main: ignored changes: size: in the preview only"},
		{"the time to create", cluster(func(r *registration) { r.CreateTimeout = "1m" }),
			"cluster main: timeout to create: 11m in the preview, 1m in the update"},
		{"the time to update", cluster(func(r *registration) { r.UpdateTimeout = "1m" }),
			"cluster main: timeout to update: 11m in the preview, 1m in the update"},
		{"a dependency less", cluster(func(r *registration) { r.Dependencies = r.Dependencies[:1] }),
			"cluster main: dependencies: urn:role: in the preview only"},
		{"a dependency more", cluster(func(r *registration) { r.Dependencies = append(r.Dependencies, "urn:x") }),
			"cluster main: dependencies: urn:x: in the update only"},
		{"a value", cluster(func(r *registration) { r.Inputs["name"] = "x" }), "cluster main: inputs.name: main in the preview, x in the update"},
		{"a value deep down", cluster(func(r *registration) { pool(r)["min"] = "1" }),
			"cluster main: inputs.pools[0].min: 1 in the preview, 1 in the update"},
		{"a value in place of none", cluster(func(r *registration) { r.Inputs["version"] = "1" }),
			"cluster main: inputs.version: <nil> in the preview, 1 in the update"},
		{"a list in place of a value", cluster(func(r *registration) { r.Inputs["name"] = []any{"main"} }),
			"cluster main: inputs.name: main in the preview, [main] in the update"},
		{"an element less", cluster(func(r *registration) { r.Inputs["pools"] = r.Inputs["pools"].([]any)[:1] }),
			"cluster main: inputs.pools: [map[min:1 role:(unknown)] map[min:2]] in the preview, [map[min:1 role:role-id]] in the update"},
		{"a key less", cluster(func(r *registration) { delete(r.Inputs, "network") }), "cluster main: inputs: network: in the preview only"},
		{"a key more", cluster(func(r *registration) { pool(r)["max"] = 1. }), "cluster main: inputs.pools[0]: max: in the update only"},
		{"an unknown that stays one", cluster(func(r *registration) { pool(r)["role"] = stacktest.Unknown }),
			"cluster main: inputs.pools[0].role: unknown in the update"},
		{"an unknown in what was wholly unknown", cluster(func(r *registration) { r.Inputs["labels"] = object{"a": []any{stacktest.Unknown}} }),
			"cluster main: inputs.labels.a[0]: unknown in the update"},
		{"an output", func(r *stacktest.Record) { r.OutputKeys = []string{"cluster"} }, "stack: outputs: network: in the preview only"},
		{"a warning that comes too late", func(r *stacktest.Record) { r.Warnings = append(r.Warnings, "c") }, "stack: warnings: c: in the update only"},
	} {
		t.Run(test.name, func(t *testing.T) {
			preview, update := equalRuns()
			test.update(update)
			require.Equal(t, []string{test.want}, stacktest.DiffPreview(preview, update))
		})
	}
}

// What becomes unknown only in the update is said once more as another value.
func TestDiffPreview_unknownInUpdate(t *testing.T) {
	preview, update := equalRuns()
	update.Registrations[1].Inputs["name"] = stacktest.Unknown
	require.Equal(t, []string{
		"cluster main: inputs.name: main in the preview, (unknown) in the update", "cluster main: inputs.name: unknown in the update",
	}, stacktest.DiffPreview(preview, update))
}
