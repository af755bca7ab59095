package stacktest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

type object = map[string]any

// equalRuns returns a preview and an update of one stack without differences. The caller may change them.
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

	// The order has no meaning, because resources are registered concurrently.
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
		{"resource missing in the preview", func(r *stacktest.Record) {
			r.Registrations = append(r.Registrations, registration{Type: "node", Name: "a", URN: "urn:a"})
		}, "node a: in the update only"},
		{"resource missing in the update", func(r *stacktest.Record) { r.Registrations = r.Registrations[1:] },
			"network main: registered 1 times in the preview, 0 times in the update"},
		{"resource registered twice", func(r *stacktest.Record) { r.Registrations = append(r.Registrations, r.Registrations[0]) },
			"network main: registered 1 times in the preview, 2 times in the update"},
		{"type", cluster(func(r *registration) { r.Type = "other" }), "other main: type: cluster in the preview, other in the update"},
		{"component instead of custom resource", cluster(func(r *registration) { r.Custom = false }),
			"cluster main: custom: true in the preview, false in the update"},
		{"parent", cluster(func(r *registration) { r.Parent = "" }), "cluster main: parent: urn:component in the preview,  in the update"},
		{"provider", cluster(func(r *registration) { r.Provider = "urn:other::id" }),
			"cluster main: provider: urn:provider in the preview, urn:other in the update"},
		{"retainOnDelete", cluster(func(r *registration) { r.RetainOnDelete = false }),
			"cluster main: retainOnDelete: true in the preview, false in the update"},
		{"protect", cluster(func(r *registration) { r.Protect = false }),
			"cluster main: protect: true in the preview, false in the update"},
		{"ignoreChanges", cluster(func(r *registration) { r.IgnoreChanges = nil }),
			"cluster main: ignoreChanges: size: in the preview only"},
		{"timeout to create", cluster(func(r *registration) { r.CreateTimeout = "1m" }),
			"cluster main: timeout to create: 11m in the preview, 1m in the update"},
		{"timeout to update", cluster(func(r *registration) { r.UpdateTimeout = "1m" }),
			"cluster main: timeout to update: 11m in the preview, 1m in the update"},
		{"missing dependency", cluster(func(r *registration) { r.Dependencies = r.Dependencies[:1] }),
			"cluster main: dependencies: urn:role: in the preview only"},
		{"additional dependency", cluster(func(r *registration) { r.Dependencies = append(r.Dependencies, "urn:x") }),
			"cluster main: dependencies: urn:x: in the update only"},
		{"input", cluster(func(r *registration) { r.Inputs["name"] = "x" }),
			"cluster main: inputs.name: main in the preview, x in the update"},
		{"nested input", cluster(func(r *registration) { pool(r)["min"] = "1" }),
			"cluster main: inputs.pools[0].min: 1 in the preview, 1 in the update"},
		{"value instead of nil", cluster(func(r *registration) { r.Inputs["version"] = "1" }),
			"cluster main: inputs.version: <nil> in the preview, 1 in the update"},
		{"list instead of a value", cluster(func(r *registration) { r.Inputs["name"] = []any{"main"} }),
			"cluster main: inputs.name: main in the preview, [main] in the update"},
		{"missing list element", cluster(func(r *registration) { r.Inputs["pools"] = r.Inputs["pools"].([]any)[:1] }),
			"cluster main: inputs.pools: [map[min:1 role:(unknown)] map[min:2]] in the preview, [map[min:1 role:role-id]] in the update"},
		{"missing key", cluster(func(r *registration) { delete(r.Inputs, "network") }),
			"cluster main: inputs: network: in the preview only"},
		{"additional key", cluster(func(r *registration) { pool(r)["max"] = 1. }),
			"cluster main: inputs.pools[0]: max: in the update only"},
		{"unknown in both", cluster(func(r *registration) { pool(r)["role"] = stacktest.Unknown }),
			"cluster main: inputs.pools[0].role: unknown in the update"},
		{"nested unknown instead of an unknown value",
			cluster(func(r *registration) { r.Inputs["labels"] = object{"a": []any{stacktest.Unknown}} }),
			"cluster main: inputs.labels.a[0]: unknown in the update"},
		{"output", func(r *stacktest.Record) { r.OutputKeys = []string{"cluster"} }, "stack: outputs: network: in the preview only"},
		{"warning in the update only", func(r *stacktest.Record) { r.Warnings = append(r.Warnings, "c") },
			"stack: warnings: c: in the update only"},
	} {
		t.Run(test.name, func(t *testing.T) {
			preview, update := equalRuns()
			test.update(update)
			require.Equal(t, []string{test.want}, stacktest.DiffPreview(preview, update))
		})
	}
}

// An input that is unknown in the update only is reported twice: as a different value and as unknown.
func TestDiffPreview_unknownInUpdate(t *testing.T) {
	preview, update := equalRuns()
	update.Registrations[1].Inputs["name"] = stacktest.Unknown
	require.Equal(t, []string{
		"cluster main: inputs.name: main in the preview, (unknown) in the update", "cluster main: inputs.name: unknown in the update",
	}, stacktest.DiffPreview(preview, update))
}
