package choice

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/paths"
)

var color = Choice{Setting: "COLOR", Noun: "color", File: "color", Values: []string{"red", "blue"}}

func TestChoice_Record(t *testing.T) {
	type call struct{ selected, want, wantError string }
	for name, calls := range map[string][]call{
		"default":          {{"", "red", ""}, {"", "red", ""}},
		"stays":            {{"blue", "blue", ""}, {"", "blue", ""}, {"blue", "blue", ""}},
		"default selected": {{"", "red", ""}, {"red", "red", ""}},
		"invalid":          {{"green", "", `invalid COLOR "green": must be red or blue`}, {"", "red", ""}},
		"changed": {{"blue", "blue", ""}, {"red", "", `invalid COLOR "red": the stack gke has the color "blue": ` +
			"run make down STACK=gke before you change it"}, {"", "blue", ""}},
		"default changed": {{"", "red", ""}, {"blue", "", `invalid COLOR "blue": the stack gke has the color "red": ` +
			"run make down STACK=gke before you change it"}},
	} {
		t.Run(name, func(t *testing.T) {
			layout, err := paths.New(t.TempDir(), "gke")
			require.NoError(t, err)
			for _, call := range calls {
				value, err := color.Record(layout, call.selected)
				if call.wantError != "" {
					require.EqualError(t, err, call.wantError)
					continue
				}
				require.NoError(t, err)
				require.Equal(t, call.want, value)
			}
		})
	}
}

func TestChoice_Resolve_recordsNothing(t *testing.T) {
	layout, err := paths.New(t.TempDir(), "gke")
	require.NoError(t, err)
	value, err := color.Resolve(layout, "blue")
	require.NoError(t, err)
	require.Equal(t, "blue", value)
	require.NoDirExists(t, layout.Dir())
	value, err = color.Record(layout, "red")
	require.NoError(t, err)
	require.Equal(t, "red", value)

	require.NoError(t, os.RemoveAll(layout.Dir())) // make down
	value, err = color.Record(layout, "blue")
	require.NoError(t, err)
	require.Equal(t, "blue", value)
}
