package release

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/records"
)

// A model of a registry is a file or a folder. Its run and metrics are in the record, and come along when it is
// promoted.
func TestRelease_fromRegistry(t *testing.T) {
	annotations := map[string]string{"mlflow.run_id": "r1", "mlflow.metric.auc": "0.91"}
	for _, c := range []struct{ name, source, file, object string }{
		{"file", "models:/bankchurn@champion/model.joblib", "model.joblib", "model.joblib"},
		{"folder", "models:/bankchurn/3", "", "bankchurn.tar.zst"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFixture(t, "gke", "eks")
			var dir string
			f.env.Fetch = func(_ context.Context, uri, target string) (string, map[string]string, error) {
				require.Equal(t, c.source, uri)
				dir = target
				folder := filepath.Join(target, "bankchurn")
				require.NoError(t, os.Mkdir(folder, 0o755))
				require.NoError(t, os.WriteFile(filepath.Join(folder, "model.joblib"), []byte("model 1"), 0o644))
				return filepath.Join(folder, c.file), annotations, nil
			}
			result, err := f.env.Release(t.Context(), Request{
				Service: "bankchurn", Stacks: []string{"gke"}, Inputs: []Input{{"model", c.source}},
			})
			require.NoError(t, err)
			require.NoDirExists(t, dir)
			model := result.Stacks[0].Artifacts["model"]
			require.Equal(t, c.object, filepath.Base(model.Path))
			list := f.records(t, "gke")
			origin := list[0].Artifacts["model"].Origin
			require.Equal(t, &records.Origin{Kind: records.FromRegistry, Name: c.source, Annotations: annotations}, origin)

			_, err = f.env.Promote(t.Context(), PromoteRequest{Service: "bankchurn", From: "gke", To: "eks"})
			require.NoError(t, err)
			promoted := f.records(t, "eks")[0].Artifacts["model"]
			require.Equal(t, &records.Origin{Kind: records.FromStack, Name: "gke", Annotations: annotations}, promoted.Origin)
			require.Equal(t, model.SHA256, promoted.SHA256)
			require.Equal(t, model.UnpackedSize, promoted.UnpackedSize)
		})
	}
}
