package keys

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/stack/stacktest"
)

// Setting a key has to change the plan at the inputs of its row, or leave the plan unchanged for the row's reason.
func TestKeys_reachPlan(t *testing.T) {
	update := cacheLastRun()
	for _, p := range stacktest.Platforms {
		for _, row := range allRows() {
			if !slices.Contains(row.stacks(), p.Stack) {
				continue
			}
			t.Run(p.Stack+"/"+cmp.Or(row.key, row.path), func(t *testing.T) {
				without, with := row.settings(t, p.Stack)
				require.Empty(t, row.mismatches(p.Stack, stacktest.RunSettings(t, p.Stack, without, false), update(t, p.Stack, with)))
			})
		}
	}
}

// cacheLastRun returns a function that runs the program, unless the settings are those of the last run: it then returns
// the same record. Only rows of one batch share settings, and they are consecutive.
func cacheLastRun() func(t *testing.T, stack string, s configtest.Settings) *stacktest.Record {
	var settings configtest.Settings
	var record *stacktest.Record
	return func(t *testing.T, stack string, s configtest.Settings) *stacktest.Record {
		if !reflect.DeepEqual(settings, s) {
			settings, record = s, stacktest.RunUncached(t, stack, s, false)
		}
		return record
	}
}

func TestKeys_everyKeyHasRow(t *testing.T) {
	keys, rows := configKeys(), allRows()
	require.Greater(t, len(keys), 100, "reflection found too few keys")
	for _, key := range keys {
		hasRow := slices.ContainsFunc(rows, func(row row) bool { return row.covers(key) })
		assert.True(t, hasRow, "the key %s has no row: add one to stack/tests/keys", key)
	}
	for _, row := range rows {
		hasRow := slices.ContainsFunc(keys, row.covers)
		assert.True(t, hasRow, "unknown key %s", row.path)
		assert.NotEmpty(t, row.stacks(), "%s: the row needs expected inputs or a reason for no difference", row.path)
	}
}

// configKeys returns the keys with a scalar or list value, found by reflection.
func configKeys() []string {
	keys := keysOf(reflect.TypeFor[config.Config]())
	for namespace, typ := range map[string]reflect.Type{"gcp:": reflect.TypeFor[config.GCP](), "aws:": reflect.TypeFor[config.AWS]()} {
		for _, key := range keysOf(typ) {
			keys = append(keys, namespace+key)
		}
	}
	return keys
}

func keysOf(root reflect.Type) []string {
	var keys []string
	var visit func(t reflect.Type, path string)
	visit = func(t reflect.Type, path string) {
		switch {
		case t.Kind() == reflect.Pointer:
			visit(t.Elem(), path)
		case t.Kind() == reflect.Map && t.Elem().Kind() == reflect.Struct:
			visit(t.Elem(), path+".NAME")
		case t.Kind() != reflect.Struct:
			keys = append(keys, path)
		default:
			for i := range t.NumField() {
				if name := t.Field(i).Tag.Get("json"); name != "" && name != "-" {
					visit(t.Field(i).Type, strings.TrimPrefix(path+"."+name, "."))
				}
			}
		}
	}
	visit(root, "")
	return keys
}

func TestRow_mismatches(t *testing.T) {
	record := func(more ...stacktest.Registration) *stacktest.Record {
		pool := stacktest.Registration{Type: "x:Pool", Name: "main", Custom: true, Protect: true,
			Inputs: object{"min": 1., "zones": []any{"a"}, "policy": `{"keep":3}`}}
		return &stacktest.Record{Registrations: append([]stacktest.Registration{pool}, more...)}
	}
	pool := func(path string, want any) row { return newRow("pool", 1, gkeInput("Pool", "main", path, want)) }
	changed := record()
	changed.Registrations[0].Inputs = object{"min": 2., "zones": []any{"a", "b"}, "policy": `{"keep":4}`}
	changed.Registrations[0].Protect = false
	additional := record(stacktest.Registration{Type: "x:Key", Name: "new", Custom: true})
	for name, test := range map[string]struct {
		row  row
		with *stacktest.Record
		want []string
	}{
		"value":                      {pool("min", 2.), changed, nil},
		"part of a string":           {pool("policy", contains{`"keep":4`}), changed, nil},
		"list element":               {pool("zones", contains{"b"}), changed, nil},
		"option":                     {pool("(protect)", false), changed, nil},
		"additional resource":        {newRow("key", 1, gkeInput("Key", "new", "", present)), additional, nil},
		"no difference":              {expectNoDiff("key", 1, "it is a secret"), record(), nil},
		"other stack":                {newRow("pool", 1, eksInput("Pool", "main", "min", 3.)), record(), nil},
		"wrong value":                {pool("min", 3.), changed, []string{"Pool main min: got 2, want 3"}},
		"same value without the key": {pool("min", 1.), record(), []string{"Pool main min: 1 without the key, too"}},
		"missing list element":       {pool("zones", contains{"c"}), changed, []string{"Pool main zones: got [a b], want {c}"}},
		"resource still present": {newRow("key", 1, gkeInput("Pool", "main", "", absent)), changed,
			[]string{"Pool main: got present, want absent"}},
		"unexpected resource": {expectNoDiff("key", 1, "it is a secret"), additional, []string{"x:Key new: differs"}},
		"unexpected value":    {expectNoDiff("key", 1, "it is a secret"), changed, []string{"x:Pool main: differs"}},
		"missing resource": {newRow("key", 1, gkeInput("Pool", "other", "min", 2.)), changed,
			[]string{"Pool other min: got absent, want 2"}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, test.want, test.row.mismatches("gke", record(), test.with)) })
	}
}
