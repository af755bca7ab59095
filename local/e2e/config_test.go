//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/testmodel"
)

// localConfig is the file that lies over the repository's configuration.
func (c *cloud) localConfig() string { return filepath.Join(c.Dir(), "config.yaml") }

// setConfig lays values over the repository's configuration, from the next up on. The scenario's cleanup puts
// the repository's configuration back.
func (c *cloud) setConfig(values string) {
	c.t.Helper()
	c.restoreLater()
	require.NoError(c.t, os.WriteFile(c.localConfig(), []byte(values), 0o644))
}

// publish makes a file with this content a service's model, from the next up on, and returns the model. The
// scenario's cleanup puts the repository's configuration back.
func (c *cloud) publish(service, content string) testmodel.File {
	c.t.Helper()
	c.restoreLater()
	name := filepath.Join(c.t.TempDir(), "model.joblib")
	require.NoError(c.t, os.WriteFile(name, []byte(content), 0o644))
	c.run("publish", service, name)
	file, err := testmodel.DescribeFile(name)
	require.NoError(c.t, err)
	return file
}

// restoreLater puts the repository's configuration back in the scenario's cleanup, unless the scenario does it
// itself.
func (c *cloud) restoreLater() {
	if c.configured {
		return
	}
	c.configured = true
	c.t.Cleanup(func() {
		if c.configured {
			c.restoreConfig()
		}
	})
}

// restoreConfig brings the stack up with the repository's configuration, and returns what up printed and how long
// it took.
func (c *cloud) restoreConfig() (string, time.Duration) {
	c.t.Helper()
	c.configured = false
	require.NoError(c.t, os.Remove(c.localConfig()))
	printed, took := c.run("up")
	require.Equal(c.t, c.publishedDigests(), c.digests(), "the models of the repository's configuration are back")
	return printed, took
}
