package stackfile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/engine"
)

const baseStack = `
config:
  ferry:list: [1, 2]
  ferry:a: {b: {c: 1, d: 2}, e: text}
  ferry:kept: 1
  gcp:project: demo
`

func TestFile_Set(t *testing.T) {
	for name, c := range map[string]struct{ assignment, key, want string }{
		"string":                     {"gcp:project=other", "gcp:project", "other"},
		"project's key":              {"kept=2", "ferry:kept", "2"},
		"key in an object":           {"ferry:a.b.c=x=y", "ferry:a", `{"b":{"c":"x=y","d":2},"e":"text"}`},
		"new object":                 {"ferry:n.m.k=v", "ferry:n", `{"m":{"k":"v"}}`},
		"list element":               {"ferry:list[1]=5", "ferry:list", `[1,5]`},
		"new list element":           {"ferry:list[2]=5", "ferry:list", `[1,2,5]`},
		"boolean":                    {"ferry:n.on=true", "ferry:n", `{"on":true}`},
		"digits with a leading zero": {"ferry:n.digest=000", "ferry:n", `{"digest":"000"}`},
		"size":                       {"ferry:n.size=4.1MB", "ferry:n", `{"size":"4.1MB"}`},
		"key with a dot":             {`ferry:n["a.b"]=1`, "ferry:n", `{"a.b":1}`},
		"object in a new list":       {"ferry:new[0].a=b", "ferry:new", `[{"a":"b"}]`},
		"string replaces an object":  {"ferry:a=b", "ferry:a", "b"},
		"number replaces a string":   {"ferry:a.e=5", "ferry:a", `{"b":{"c":1,"d":2},"e":5}`},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Read(writeFiles(t, "name: ferry", baseStack), "gke", nil)
			require.NoError(t, err)
			require.NoError(t, f.Set(c.assignment))
			got, ok := f.GetConfig(c.key)
			require.True(t, ok)
			require.Equal(t, c.want, got)
			require.Len(t, f.Overrides(), 1)
			require.Contains(t, f.Overrides(), c.key)
		})
	}
}

func TestFile_Set_errors(t *testing.T) {
	for assignment, want := range map[string]string{
		"ferry:a.b":         "must be KEY=VALUE",
		"=x":                "must be KEY=VALUE",
		"ferry:=x":          "ferry:",
		"a:b:c:d=x":         "a:b:c:d",
		"ferry:[0]=x":       "a key must begin with a name",
		"ferry:a[=x":        "ferry:a[",
		"ferry:list[7]=x":   "ferry:list[7]: ",
		"ferry:list.deep=x": "ferry:list.deep: ",
	} {
		t.Run(assignment, func(t *testing.T) {
			f, err := Read(writeFiles(t, "name: ferry", baseStack), "gke", nil)
			require.NoError(t, err)
			require.ErrorContains(t, f.Set(assignment), want)
			require.Empty(t, f.Overrides())
		})
	}
}

// The repository's file has a.b and kept, which nil removes: an override must not bring them back.
func TestFile_Overrides_replaceMaps(t *testing.T) {
	root := writeFiles(t, "name: ferry", baseStack)
	f, err := Read(root, "gke", map[string]any{"ferry:a": map[string]any{"b": nil}, "ferry:kept": nil})
	require.NoError(t, err)
	require.NoError(t, f.Set("ferry:a.f=1"))
	file, err := os.ReadFile(filepath.Join(root, "Pulumi.gke.yaml"))
	require.NoError(t, err)
	merged, err := engine.MergeConfig(file, f.Overrides())
	require.NoError(t, err)
	require.YAMLEq(t, "config: {gcp:project: demo, ferry:list: [1, 2], ferry:a: {e: text, f: 1}}", string(merged))
}

func TestReadValues(t *testing.T) {
	dir := t.TempDir()
	write := func(content string) string {
		path := filepath.Join(dir, "more.yaml")
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
		return path
	}
	values, err := ReadValues(write("config:\n  ferry:a: {b: 1}\n"))
	require.NoError(t, err)
	require.Equal(t, map[string]any{"ferry:a": map[string]any{"b": 1}}, values)
	_, err = ReadValues(write("confg:\n  ferry:a: {b: 1}\n"))
	require.EqualError(t, err, "more.yaml: missing config: must be in the format of a stack file, with keys and values in config")
	_, err = ReadValues(filepath.Join(dir, "none.yaml"))
	require.ErrorContains(t, err, "none.yaml")
}
