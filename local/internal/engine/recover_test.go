package engine_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/provider/storetest"
)

// A run was killed after the cloud had created a bucket, and before the engine noted that. The next one creates it
// again: the cloud does not refuse its name.
func TestOpen_pendingCreate(t *testing.T) {
	p := newRepository(t)
	require.NoError(t, os.MkdirAll(p.Dir(), 0o755))
	storetest.StartGCS(t, p.Dir())
	runUp := func() (engine.Summary, error) {
		e, err := engine.Open(t.Context(), engine.Options{
			Layout: p, Program: createBuckets, ConfigOverrides: map[string]any{"modelferry:buckets": []any{"models", "datasets"}},
		})
		require.NoError(t, err)
		return e.Up(t.Context())
	}
	_, err := runUp()
	require.NoError(t, err)

	files, err := filepath.Glob(filepath.Join(p.Dir(), "pulumi/.pulumi/stacks/*/gke.json"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	content, err := os.ReadFile(files[0])
	require.NoError(t, err)
	var file map[string]any
	require.NoError(t, json.Unmarshal(content, &file))
	latest := file["checkpoint"].(map[string]any)["latest"].(map[string]any)
	resources := latest["resources"].([]any)
	i := slices.IndexFunc(resources, func(r any) bool { return r.(map[string]any)["id"] == "demo-models" })
	require.GreaterOrEqual(t, i, 0)
	latest["pending_operations"] = []any{map[string]any{"resource": resources[i], "type": "creating"}}
	latest["resources"] = slices.Delete(resources, i, i+1)
	content, err = json.Marshal(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(files[0], content, 0o600))
	locks := filepath.Join(p.Dir(), "pulumi/.pulumi/locks/organization/modelferry/gke")
	require.NoError(t, os.MkdirAll(locks, 0o755))
	lock := `{"pid":1,"username":"root","hostname":"h","timestamp":"2024-01-01T00:00:00Z"}`
	require.NoError(t, os.WriteFile(filepath.Join(locks, "dead.json"), []byte(lock), 0o600))

	summary, err := runUp()
	require.NoError(t, err)
	require.Equal(t, 1, summary.Created)
	cloud, err := cloudstate.Load(p.Dir())
	require.NoError(t, err)
	require.Len(t, cloud.Resources, 2)
}
