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

// A key that is read and then forgotten promises what nobody keeps: each one
// reaches the clouds or the cluster, or the table says why not.
func TestKeys_reachPlan(t *testing.T) {
	update := rememberLastRun()
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

// rememberLastRun returns a function that runs the program, and runs it once for
// settings that follow each other. No more is remembered: nobody else asks.
func rememberLastRun() func(t *testing.T, stack string, s configtest.Settings) *stacktest.Record {
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
	known, rows := configKeys(), allRows()
	require.Greater(t, len(known), 100, "the types were not read")
	for _, name := range known {
		has := slices.ContainsFunc(rows, func(row row) bool { return row.covers(name) })
		assert.True(t, has, "no row says what %s does: add one to stack/tests/keys", name)
	}
	for _, row := range rows {
		has := slices.ContainsFunc(known, row.covers)
		assert.True(t, has, "there is no key %s", row.path)
		assert.NotEmpty(t, row.stacks(), "%s: the row says neither what shows nor why nothing does", row.path)
	}
}

// configKeys lists the keys that hold a value, by reflection.
func configKeys() []string {
	var all []string
	var visit func(t reflect.Type, at string)
	visit = func(t reflect.Type, at string) {
		switch {
		case t.Kind() == reflect.Pointer:
			visit(t.Elem(), at)
		case t.Kind() == reflect.Map && t.Elem().Kind() == reflect.Struct:
			visit(t.Elem(), at+".NAME")
		case t.Kind() != reflect.Struct:
			all = append(all, at)
		default:
			for i := range t.NumField() {
				if name := t.Field(i).Tag.Get("json"); name != "" && name != "-" {
					visit(t.Field(i).Type, strings.TrimPrefix(at+"."+name, "."))
				}
			}
		}
	}
	visit(reflect.TypeFor[config.Config](), "")
	// Where a stack lives comes from the providers' own keys.
	return append(all, "gcp:project", "gcp:region", "aws:region")
}

// A row finds what is not as it says, and says where.
func TestRow_mismatches(t *testing.T) {
	record := func(more ...stacktest.Registration) *stacktest.Record {
		pool := stacktest.Registration{Type: "x:Pool", Name: "main", Custom: true, Protect: true, Inputs: object{"min": 1., "zones": []any{"a"}, "policy": `{"keep":3}`}}
		return &stacktest.Record{Registrations: append([]stacktest.Registration{pool}, more...)}
	}
	pool := func(path string, want any) row { return newRow("pool", 1, gkeInput("Pool", "main", path, want)) }
	moved := record()
	moved.Registrations[0].Inputs = object{"min": 2., "zones": []any{"a", "b"}, "policy": `{"keep":4}`}
	moved.Registrations[0].Protect = false
	another := record(stacktest.Registration{Type: "x:Key", Name: "new", Custom: true})
	for name, test := range map[string]struct {
		row  row
		with *stacktest.Record
		want []string
	}{
		"a value shows":                     {pool("min", 2.), moved, nil},
		"a part of a text shows":            {pool("policy", contains{`"keep":4`}), moved, nil},
		"an element shows":                  {pool("zones", contains{"b"}), moved, nil},
		"an option shows":                   {pool("(protected)", false), moved, nil},
		"a resource shows":                  {newRow("key", 1, gkeInput("Key", "new", "", present)), another, nil},
		"nothing shows, as it is said":      {expectNoDiff("key", 1, "it is a secret"), record(), nil},
		"another stack's":                   {newRow("pool", 1, eksInput("Pool", "main", "min", 3.)), record(), nil},
		"a value does not show":             {pool("min", 3.), moved, []string{"Pool main min: is 2, not 3"}},
		"a value shows without it":          {pool("min", 1.), record(), []string{"Pool main min: is 1 without it, too"}},
		"an element does not show":          {pool("zones", contains{"c"}), moved, []string{"Pool main zones: is [a b], not {c}"}},
		"a resource does not go":            {newRow("key", 1, gkeInput("Pool", "main", "", absent)), moved, []string{"Pool main: is there, not gone"}},
		"something shows, and should not":   {expectNoDiff("key", 1, "it is a secret"), another, []string{"x:Key new: is another one"}},
		"a value shows, and none should":    {expectNoDiff("key", 1, "it is a secret"), moved, []string{"x:Pool main: is another one"}},
		"there is no such resource to show": {newRow("key", 1, gkeInput("Pool", "other", "min", 2.)), moved, []string{"Pool other min: is gone, not 2"}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, test.want, test.row.mismatches("gke", record(), test.with)) })
	}
}
