//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/stack"
)

// TestUp_refusedByCloud brings up a stack while another account has a bucket of its name, and then without it. A
// destroy of the stack deletes what it created in an order that no cloud refuses, and keeps the buckets with their
// objects, whose names are then taken.
func TestUp_refusedByCloud(t *testing.T) {
	for name, words := range map[string]struct{ bucket, objects, foreign, owned string }{
		"gke": {"modelferry-demo-gke-models", "", "googleapi: Error 409: The requested bucket name is not available.",
			"googleapi: Error 409: Your previous request to create the named bucket succeeded and you already own it., conflict"},
		"eks": {"123456789012-eu-west-1-eks-models", "buckets", "operation error S3: CreateBucket, https response error StatusCode: 409, " +
			"RequestID: local, BucketAlreadyExists", "BucketAlreadyOwnedByYou"},
	} {
		forStack(t, name, func(c *cloud) {
			t := c.t
			c.stop()
			t.Cleanup(c.stop) // The other scenarios expect the repository's configuration.
			require.NoError(t, os.MkdirAll(c.Dir(), 0o755))
			account := filepath.Join(c.Dir(), "account.yaml")
			require.NoError(t, os.WriteFile(account, []byte("foreignBuckets: ["+words.bucket+"]\n"), 0o600))
			unprotected := "config: {modelferry:cluster: {create: {deletionProtection: false}}}\n"
			require.NoError(t, os.WriteFile(c.localConfig(), []byte(unprotected), 0o644))
			require.Contains(t, c.runFailing("up"), words.foreign)
			require.NoError(t, os.Remove(account))
			c.run("up")
			require.Equal(t, c.publishedDigests(), c.digests())

			var program stack.Program
			e, err := engine.Open(t.Context(), engine.Options{
				Layout: c.Layout, Program: program.Deploy, PluginExecutable: c.Bin("ferry"), Out: os.Stdout,
			})
			require.NoError(t, err)
			_, err = e.Destroy(t.Context())
			require.NoError(t, err)
			objects, err := os.ReadDir(filepath.Join(c.DataDir("store"), words.objects, words.bucket))
			require.NoError(t, err)
			require.NotEmpty(t, objects, "the objects stay")
			require.Contains(t, c.runFailing("up"), words.owned)
		})
	}
}
