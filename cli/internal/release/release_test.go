package release

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/records"
)

func TestRelease(t *testing.T) {
	f := newFixture(t, "gke", "eks")
	before := f.stackFile(t, "gke")
	result := f.release(t, "model 1", "gke", "eks")
	for i, stack := range []string{"gke", "eks"} {
		require.True(t, f.pinned(t, stack, "model 1"), f.stackFile(t, stack))
		objects := f.objects(t, stack)
		require.Equal(t, "model 1", objects[keyOf("model 1")])
		require.Len(t, objects, 2)
		s := result.Stacks[i]
		require.Equal(t, stack, s.Stack)
		require.True(t, s.Changed)
		require.Contains(t, s.Diff, "+          size: 7B # rounded\n")
		require.Contains(t, s.RecordURL, "/.modelferry/releases/bankchurn/000001.json")
		require.True(t, s.Artifacts["model"].Uploaded)
		require.Equal(t, f.client(t, stack).URL(keyOf("model 1")), s.Artifacts["model"].URL)

		list := f.records(t, stack)
		require.Len(t, list, 1)
		require.Equal(t, records.Record{
			Number: 1, Service: "bankchurn", Stack: stack, Time: list[0].Time, Who: "ada@example.com", Commit: "abc",
			Image: "registry/bankchurn:1", Artifacts: map[string]records.Artifact{"model": {
				Bucket: "models", Path: keyOf("model 1"), SHA256: digestOf("model 1"), Size: 7,
				Version: list[0].Artifacts["model"].Version, Origin: &records.Origin{Kind: "file", Name: "model.joblib"},
			}},
		}, list[0])
		require.NotEmpty(t, list[0].Artifacts["model"].Version)
		require.Contains(t, f.stackFile(t, stack), `version: "`+list[0].Artifacts["model"].Version+`"`)
	}
	require.NotEqual(t, before, f.stackFile(t, "gke"))
}

// A release that is there already is neither sent nor recorded again, and the file stays.
func TestRelease_again(t *testing.T) {
	for stack := range clouds {
		t.Run(stack, func(t *testing.T) {
			f := newFixture(t, stack)
			f.release(t, "model 1", stack)
			before, received := f.stackFile(t, stack), f.stores[stack].Received()
			result := f.release(t, "model 1", stack)
			require.Equal(t, before, f.stackFile(t, stack))
			require.Equal(t, received, f.stores[stack].Received(), "nothing is sent")
			require.Len(t, f.records(t, stack), 1)
			require.False(t, result.Stacks[0].Changed)
			require.False(t, result.Stacks[0].Artifacts["model"].Uploaded)
			require.Equal(t, 1, result.Stacks[0].Record)
		})
	}
}

func TestRelease_dryRun(t *testing.T) {
	f := newFixture(t, "gke")
	before := f.stackFile(t, "gke")
	r := f.request(t, "model 1", "gke")
	r.DryRun = true
	result, err := f.env.Release(t.Context(), r)
	require.NoError(t, err)
	require.Contains(t, result.Stacks[0].Diff, `+          sha256: "`+digestOf("model 1")+`"`)
	require.True(t, result.Stacks[0].Artifacts["model"].Uploaded, "it would be uploaded")
	require.Equal(t, before, f.stackFile(t, "gke"))
	require.Empty(t, f.objects(t, "gke"))
}

// A service without a release gets one, with all its artifacts at once, and a folder is packed.
func TestRelease_firstReleaseWithFolder(t *testing.T) {
	f := newFixture(t, "gke")
	f.write(t, "finetuned/weights.bin", "weights")
	predictions := f.write(t, "2026.csv", "1,2")
	r := Request{Service: "chicagotaxi", Stacks: []string{"gke"}, Inputs: []Input{
		{"model", filepath.Join(f.root, "finetuned")}, {"predictions", predictions},
	}}
	_, err := f.env.Release(t.Context(), r)
	require.ErrorContains(t, err, "modelferry:releases.chicagotaxi.image: Required value")
	require.ErrorContains(t, err, "set --image")
	require.Empty(t, f.objects(t, "gke"))

	r.Image = "registry/chicagotaxi@sha256:" + digestOf("image")
	result, err := f.env.Release(t.Context(), r)
	require.NoError(t, err)
	model := result.Stacks[0].Artifacts["model"]
	require.Equal(t, "chicagotaxi/"+model.SHA256[:12]+"/finetuned.tar.zst", model.Path)
	require.EqualValues(t, 7, model.UnpackedSize)
	require.Equal(t, &records.Origin{Kind: "folder", Name: "finetuned"}, model.Origin)
	require.Contains(t, f.stackFile(t, "gke"), `    chicagotaxi:
      image: registry/chicagotaxi@sha256:`+digestOf("image")+`
      artifacts:
        model:
          path: `+model.Path+`
`)
	require.Contains(t, f.stackFile(t, "gke"), "          unpackedSize: 7B\n")
	require.Len(t, f.objects(t, "gke"), 3)
	again, err := f.env.Release(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, model.SHA256, again.Stacks[0].Artifacts["model"].SHA256, "the same folder has the same digest")
	require.False(t, again.Stacks[0].Artifacts["model"].Uploaded)
}

// The artifacts of a backend that does not run are released beside those of the one that does.
func TestRelease_otherBackend(t *testing.T) {
	f := newFixture(t, "gke")
	model := f.write(t, "finbert/config.json", "{}")
	r := Request{Service: "nlpinsight", Stacks: []string{"gke"}, Backend: "finbert", Inputs: []Input{{"model", filepath.Dir(model)}}}
	result, err := f.env.Release(t.Context(), r)
	require.NoError(t, err)
	require.Contains(t, f.stackFile(t, "gke"), "artifacts: {model: {path: nlpinsight/m.joblib, size: 1MB}}, "+
		"backends: {finbert: {artifacts: {model: {path: "+result.Stacks[0].Artifacts["model"].Path)
	list, err := records.Log{Store: f.client(t, "gke"), Service: "nlpinsight"}.Read(t.Context())
	require.NoError(t, err)
	require.Len(t, list, 1, "what the other backend has is not a former release of this one")
	require.Equal(t, "finbert", list[0].Backend)
	require.Equal(t, []string{"model"}, slices.Collect(maps.Keys(list[0].Artifacts)))
}

// The release that the file has before the first one is recorded as well, so that a rollback can go back to it.
func TestRelease_recordsWhatTheFileHad(t *testing.T) {
	f := newFixture(t, "gke")
	f.release(t, "model 1", "gke")
	// Someone has released by hand.
	byHand := f.stackFile(t, "gke")
	f.release(t, "model 2", "gke")
	require.NoError(t, os.WriteFile(filepath.Join(f.root, "Pulumi.gke.yaml"), []byte(byHand), 0o644))
	f.release(t, "model 3", "gke")
	list := f.records(t, "gke")
	require.Len(t, list, 4)
	require.Equal(t, 1, list[2].RollbackTo, "release 1 came back")

	edited := []byte(replaceAll(byHand, keyOf("model 1"), "bankchurn/by-hand.joblib"))
	require.NoError(t, os.WriteFile(filepath.Join(f.root, "Pulumi.gke.yaml"), edited, 0o644))
	f.release(t, "model 4", "gke")
	list = f.records(t, "gke")
	require.Len(t, list, 6)
	require.Equal(t, "found in Pulumi.gke.yaml", list[4].Message)
	require.Equal(t, "bankchurn/by-hand.joblib", list[4].Artifacts["model"].Path)
	require.Equal(t, keyOf("model 4"), list[5].Artifacts["model"].Path)
}
