//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/testmodel"
)

// transformer is a local config that picks nlpinsight's other backend.
const transformer = `config:
    modelferry:releases:
        nlpinsight:
            backend: finbert
            backends: {finbert: {artifacts: {model: {unpackedSize: 445MB}}}}
`

// unchanged is how up's last line reads when there was nothing to do.
var unchanged = regexp.MustCompile(`is up: \d+ unchanged\n`)

// TestStack goes through a stack's life on each cloud.
func TestStack(t *testing.T) {
	for _, stack := range []string{"gke", "eks"} {
		t.Run(stack, func(t *testing.T) {
			c := open(t, stack)
			c.run("down")
			before := look(t, c.LocalDir())
			t.Cleanup(func() { c.run("down") })

			_, took := c.run("up")
			report(t, stack+" make up, everything built", "%.1f s (at most 60)", took.Seconds())
			first := digests(c)
			steps := []struct {
				name string
				run  func(*testing.T, cloud)
			}{
				{"pods serve what was published", servesPublished},
				{"a second up changes nothing", changesNothing},
				{"a preview after it has nothing to do", plans},
				{"admission", admission},
				{"an eviction waits for the budget", evicts},
				{"a change of config is what its preview says", changes},
				{"a model update", func(t *testing.T, c cloud) { updates(t, c, first) }},
				{"failed rollouts", func(t *testing.T, c cloud) { failures(t, c, first) }},
				{"FinBERT", func(t *testing.T, c cloud) { finbert(t, c, first) }},
				{"options", func(t *testing.T, c cloud) { options(t, c, first) }},
				{"access", access},
				{"Pod Identity", func(t *testing.T, c cloud) { podIdentity(t, c, first) }},
				{"bad input", badInput},
				{"crashes", func(t *testing.T, c cloud) { crashes(t, c, first) }},
			}
			for _, step := range steps {
				if !t.Run(step.name, func(t *testing.T) { step.run(t, c.on(t)) }) {
					t.FailNow() // the next ones start from where this one should have ended
				}
			}

			report(t, stack+" memory at rest", "%d MiB (at most 1536)", memory(t, "modelferry-"+stack)>>20)
			c.run("down")
			require.Equal(t, before, look(t, c.LocalDir()), "down has to leave nothing behind")
			require.NoDirExists(t, c.Dir())
		})
	}
}

// digests are the models that the three services serve.
func digests(c cloud) map[string]string {
	c.t.Helper()
	found := map[string]string{}
	for _, service := range []string{"bankchurn", "chicagotaxi", "nlpinsight"} {
		found[service] = c.pod(service).Model.SHA256
	}
	return found
}

// servesPublished compares what the pods serve with the files that went into
// the buckets.
func servesPublished(t *testing.T, c cloud) {
	for service, size := range map[string]int64{"bankchurn": 4_100_000, "nlpinsight": 5_000_000, "chicagotaxi": 2_000_000} {
		file, err := testmodel.FakeModel{Path: service + "/model.joblib", Bytes: size}.Save(filepath.Join(c.LocalDir(), "models"))
		require.NoError(t, err)
		serving := c.pod(service).Model
		require.Equal(t, file.SHA256, serving.SHA256, service)
		require.Equal(t, size, serving.Bytes, service)
		require.Len(t, serving.Artifacts, 2, service)
	}
}

func changesNothing(t *testing.T, c cloud) {
	before := c.services()
	printed, took := c.run("up")
	require.Regexp(t, unchanged, printed)
	require.Equal(t, before, c.services())
	report(t, c.Stack+" up with nothing to do", "%.1f s", took.Seconds())
}

// updates changes one service's model and goes back.
func updates(t *testing.T, c cloud, first map[string]string) {
	others := map[string]string{"nlpinsight": c.pod("nlpinsight").Name, "chicagotaxi": c.pod("chicagotaxi").Name}
	next := filepath.Join(t.TempDir(), "model.joblib")
	require.NoError(t, os.WriteFile(next, []byte("a better model\n"), 0o644))
	file, err := testmodel.DescribeFile(next)
	require.NoError(t, err)
	c.run("publish", "bankchurn", next)

	watch := begin(c.services()["bankchurn"].URL)
	changed := time.Now()
	c.run("up")
	require.Equal(t, file.SHA256, c.pod("bankchurn").Model.SHA256)
	seen, answers, failed := watch.end()
	require.Empty(t, failed, "the old pod has to serve until the new one does")
	require.Contains(t, seen, file.SHA256)
	require.Contains(t, seen, first["bankchurn"])
	require.Len(t, seen, 2)
	report(t, c.Stack+" model update, from the changed config to the new digest served", "%.1f s (at most 10), %d requests, none failed",
		seen[file.SHA256].Sub(changed).Seconds(), answers)
	for service, pod := range others {
		require.Equal(t, pod, c.pod(service).Name, "an update has to roll its own service only")
	}

	require.NoError(t, os.Remove(filepath.Join(c.Dir(), "config.yaml")))
	_, took := c.run("up")
	require.Equal(t, first, digests(c), "going back has to restore the old model")
	report(t, c.Stack+" rollback", "%.1f s", took.Seconds())
}

// finbert puts the 440 MB model in the place of the 5 MB one: an archive,
// unpacked while it is fetched, into a folder of its own.
func finbert(t *testing.T, c cloud, first map[string]string) {
	file, err := testmodel.FakeModel{Path: "nlpinsight/model.tar.gz", Bytes: 440_000_000}.Save(filepath.Join(c.LocalDir(), "models"))
	require.NoError(t, err)
	config := filepath.Join(c.Dir(), "config.yaml")
	require.NoError(t, os.WriteFile(config, []byte(transformer), 0o644))
	c.run("up")
	pod := c.pod("nlpinsight")
	require.Equal(t, "/models/finbert", pod.Model.Path)
	require.Equal(t, file.SHA256, pod.Model.Artifacts[0].SHA256)
	require.Greater(t, pod.Model.Bytes, int64(430_000_000), "it is unpacked")
	report(t, c.Stack+" FinBERT, 440 MB fetched and unpacked", "%.1f s", pod.FetchSeconds)
	require.NoError(t, os.Remove(config))
	c.run("up")
	require.Equal(t, first, digests(c))
}
