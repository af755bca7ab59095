//go:build e2e

package e2e

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/examples"
	"github.com/modelferry/modelferry/local/internal/testmodel"
)

// startRealServers starts a local cloud with the servers of examples/. It is stopped at the end of the scenario,
// because a stack keeps its servers.
func (c *cloud) startRealServers() {
	c.t.Helper()
	if err := examples.CheckHost(); err != nil {
		c.t.Skip(err)
	}
	c.stop()
	c.t.Cleanup(func() {
		if !c.t.Failed() { // otherwise the cloud's own cleanup logs its state, and stops it
			c.stop()
		}
	})
	c.running, c.configured = true, true // its configuration is not put back
	_, took := c.run("up", "--servers", "real")
	report(c.t, c.Stack+" up with real servers", "%.1f s", took.Seconds())
}

// train returns the model of a service in a variant of its training script.
func (c *cloud) train(service, variant string) testmodel.File {
	c.t.Helper()
	dir := c.t.TempDir()
	c.run("train", "--variant", variant, "--dir", dir)
	file, err := testmodel.DescribeFile(filepath.Join(dir, service, "model.joblib"))
	require.NoError(c.t, err)
	return file
}

// TestRealServers releases models that real servers load, while a client in the cluster asks for predictions.
func TestRealServers(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		c.startRealServers()
		c.buildProgram()
		t := c.t
		t.Run("model update", func(t *testing.T) { c.withT(t).updateModel() })
		t.Run("refused models", func(t *testing.T) { c.withT(t).refuseModels() })
	})
}

// updateModel releases a model whose answers differ, and goes back. Every answer is that of one of the two models. They
// are asked without their servers, too. Each request is answered.
func (c *cloud) updateModel() {
	c.t.Helper()
	t, service := c.t, c.services()["bankchurn"]
	before, retrained := c.train("bankchurn", examples.DefaultVariant), c.train("bankchurn", "retrained")
	wantBefore, wantRetrained := c.modelAnswer(before), c.modelAnswer(retrained)
	require.NotEqual(t, wantBefore.Probability, wantRetrained.Probability, "the answers of the two models differ")
	first := c.predict(service)
	require.Equal(t, wantBefore, c.decodeChurn(first))

	client := c.startClient(service)
	started := time.Now()
	_, released := c.modelferry("release", "bankchurn", retrained.Name, "--deploy")
	second := c.predict(service)
	require.Equal(t, wantRetrained, c.decodeChurn(second))
	_, rolledBack := c.modelferry("rollback", "bankchurn", "--deploy")
	require.Equal(t, first, c.predict(service), "the answer of before, bit for bit")

	load := client.stop()
	report(t, c.Stack+" client beside an update of a real model and back", "%s", load)
	require.Empty(t, load.Failures)
	require.ElementsMatch(t, []string{first, second}, slices.Collect(maps.Keys(load.Answers)))
	report(t, c.Stack+" update of a real model", "release --deploy %.1f s, its first answer after %.1f s; rollback --deploy %.1f s",
		released.Seconds(), load.Answers[second].First.Sub(started).Seconds(), rolledBack.Seconds())
}

// refusedModels are models that the fetcher accepts, because they have their digest, and a server refuses. line is the
// last one that it writes.
var refusedModels = []struct{ service, variant, line string }{
	{"bankchurn", "corrupt", "bankchurn: model cannot be loaded: must be a joblib file"},
	{
		"nlpinsight", "other-sklearn",
		"nlpinsight: model was trained with scikit-learn 1.1.3, the server has 1.2.1: train it again with the server's version",
	},
	{"chicagotaxi", "missing-column", "chicagotaxi: model was trained without the column "},
}

// refuseModels releases models that are refused. Each release fails with the line of the server, and the old model
// answers all along.
func (c *cloud) refuseModels() {
	c.t.Helper()
	t := c.t
	c.setConfig("config:\n    modelferry:rollout: {deadline: 30s}\n")
	c.run("up")
	for _, refused := range refusedModels {
		model, service := c.train(refused.service, refused.variant), c.services()[refused.service]
		answer := c.predict(service)
		client := c.startClient(service)
		code, printed, took := c.runModelferry("release", refused.service, model.Name, "--deploy")
		require.Equal(t, 1, code)
		_, message, found := strings.Cut(printed, "\nmodelferry: ")
		require.True(t, found, printed)
		require.Contains(t, message, refused.line)

		load := client.stop()
		report(t, c.Stack+" client beside the refused model "+refused.variant, "%s", load)
		require.Empty(t, load.Failures)
		require.Equal(t, []string{answer}, slices.Collect(maps.Keys(load.Answers)), "the model of before answers")
		_, running := c.statusOf(refused.service)
		require.NotContains(t, fmt.Sprint(running), model.SHA256)
		report(t, c.Stack+" release of the refused model "+refused.variant, "%.1f s", took.Seconds())
	}
}
