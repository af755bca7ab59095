//go:build e2e

package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/testmodel"
)

// TestModelUpdate_rollsOneService changes one service's model. Requests are served all along, first by the old
// model, then by the new one, and the other services' pods stay.
func TestModelUpdate_rollsOneService(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		before := c.services()
		file := c.release("bankchurn", "a better model\n")

		probe := startProbe(t, before["bankchurn"].URL)
		changed := time.Now()
		c.run("up")
		after := c.services()
		require.Equal(t, file.SHA256, after["bankchurn"].Pods[0].Model.SHA256)
		firstSeen, requests, failures := probe.result()
		require.Empty(t, failures, "the old pod has to serve until the new one does")
		require.Contains(t, firstSeen, file.SHA256)
		require.Contains(t, firstSeen, c.publishedModel("bankchurn").SHA256)
		require.Len(t, firstSeen, 2)
		report(t, c.Stack+" model update, from the changed config to the new digest served",
			"%.1f s (at most 10), %d requests, none failed", firstSeen[file.SHA256].Sub(changed).Seconds(), requests)
		for _, service := range []string{"nlpinsight", "chicagotaxi"} {
			require.Equal(t, before[service].Pods[0].Name, after[service].Pods[0].Name, "an update has to roll its own service only")
		}
	})
}

// TestRollback_restoresModel takes a released model back.
func TestRollback_restoresModel(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		url := c.services()["bankchurn"].URL
		file := c.release("bankchurn", "a worse model\n")
		c.run("up")
		served, err := servedDigest(url)
		require.NoError(t, err)
		require.Equal(t, file.SHA256, served)

		_, took := c.restoreConfig()
		report(t, c.Stack+" rollback", "%.1f s", took.Seconds())
	})
}

// TestBackend_unpacksArchive switches nlpinsight to its other backend, whose model is 440 MB instead of 5 MB: an
// archive that is unpacked while it is fetched, into a folder of its own.
func TestBackend_unpacksArchive(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		file, err := testmodel.FakeModel{Path: "nlpinsight/model.tar.gz", Bytes: 440_000_000}.Save(c.modelsDir())
		require.NoError(t, err)
		c.setConfig(`config:
    modelferry:releases:
        nlpinsight:
            backend: finbert
            backends: {finbert: {artifacts: {model: {unpackedSize: 445MB}}}}
`)
		c.run("up")
		pod := c.pod("nlpinsight")
		require.Equal(t, "/models/finbert", pod.Model.Path)
		require.Equal(t, file.SHA256, pod.Model.Artifacts[0].SHA256)
		require.Greater(t, pod.Model.Bytes, int64(430_000_000), "it is unpacked")
		report(t, c.Stack+" FinBERT, 440 MB fetched and unpacked", "%.1f s", pod.FetchSeconds)
	})
}
