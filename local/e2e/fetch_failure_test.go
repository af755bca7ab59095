//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/node"
	"github.com/modelferry/modelferry/local/internal/objectstore"
	"github.com/modelferry/modelferry/local/internal/testmodel"
)

// TestFetchFailure_keepsOldPod configures models that cannot be served. Each update has to fail with the fetcher's
// own message, and the old pod has to serve on.
func TestFetchFailure_keepsOldPod(t *testing.T) {
	pinned := testmodel.File{SHA256: fmt.Sprintf("%064x", 1), Bytes: 16}
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		for _, test := range []struct {
			name string
			// content of the object; nil for no object.
			content  []byte
			exitCode int
			message  string
		}{
			{"corrupt", []byte("not what it said"), 5, "SHA-256"},
			{"empty", []byte{}, 5, "empty"},
			{"missing", nil, 4, "not found"},
		} {
			t.Run(test.name, func(t *testing.T) {
				c := c.withT(t)
				// The deadline is in every Deployment. If it changes before the release, the failing update changes only
				// one, so that Pulumi's plugin waits for its rollout: see ADR 0022.
				c.setConfig("config:\n" + rolloutDeadline)
				c.run("up")
				path := "bankchurn/" + test.name + "/model.joblib"
				if test.content != nil {
					c.putObject("models", path, test.content)
				}
				c.setConfig(fmt.Sprintf("config:\n    modelferry:releases: {bankchurn: {artifacts: {model: "+
					"{path: %s, size: %dB, sha256: %q}}}}\n", path, pinned.Bytes, pinned.SHA256) + rolloutDeadline)
				before := c.configMaps()
				probe := startProbe(t, c.services()["bankchurn"].URL)

				printed := c.runFailing("up")
				require.Contains(t, printed, fmt.Sprintf("exit code %d", test.exitCode))
				require.Contains(t, printed, test.message)
				require.Contains(t, printed, path)

				firstSeen, _, failures := probe.result()
				require.Empty(t, failures, "the old pod has to serve on")
				require.Len(t, firstSeen, 1)
				require.Contains(t, firstSeen, c.publishedModel("bankchurn").SHA256)
				require.Subset(t, c.configMaps(), before, "the old pod needs its ConfigMap when it restarts")
			})
		}
	})
}

// rolloutDeadline makes a rollout that does not progress fail soon. It is a line of a stack file's config.
const rolloutDeadline = "    modelferry:rollout: {deadline: 15s}\n"

// putObject writes an object into one of the stack's buckets and returns its version.
func (c *cloud) putObject(bucket, path string, content []byte) string {
	c.t.Helper()
	info, err := node.ReadInfo(c.Layout)
	require.NoError(c.t, err)
	client, err := objectstore.Open(context.Background(), c.Layout, info)
	require.NoError(c.t, err)
	version, err := client.Put(context.Background(), c.bucket(bucket), path, bytes.NewReader(content))
	require.NoError(c.t, err)
	return version
}
