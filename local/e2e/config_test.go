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

// release releases a file with this content as a service's model, and returns the model. Without --deploy among the
// flags, the next up deploys it. The scenario's cleanup puts the repository's configuration back.
func (c *cloud) release(service, content string, flags ...string) testmodel.File {
	c.t.Helper()
	c.restoreLater()
	name := filepath.Join(c.t.TempDir(), "model.joblib")
	require.NoError(c.t, os.WriteFile(name, []byte(content), 0o644))
	c.modelferry(append([]string{"release", service, name}, flags...)...)
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
	released, err := os.ReadFile(c.StackFile())
	require.NoError(c.t, err)
	c.stackFile = released
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
	require.NoError(c.t, os.RemoveAll(c.localConfig()))
	require.NoError(c.t, os.WriteFile(c.StackFile(), c.stackFile, 0o600)) // without the scenario's releases
	printed, took := c.run("up")
	require.Equal(c.t, c.publishedDigests(), c.digests(), "the models of the repository's configuration are back")
	return printed, took
}
