//go:build e2e

package e2e

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestVersion_servesReplacedObject pins a version of an object that was replaced. A version that does
// not exist is exit code 4.
func TestVersion_servesReplacedObject(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		const path, replaced = "bankchurn/pinned/model.joblib", "the first version\n"
		first := c.putObject("models", path, []byte(replaced))
		second := c.putObject("models", path, []byte("a second one\n"))
		require.NotEqual(t, first, second)
		digest := fmt.Sprintf("%x", sha256.Sum256([]byte(replaced)))
		pin := func(version string) {
			c.setConfig(fmt.Sprintf("config:\n    modelferry:releases: {bankchurn: {artifacts: {model: "+
				"{path: %s, size: %dB, sha256: %s, version: %q}}}}\n", path, len(replaced), digest, version) + rolloutDeadline)
		}
		pin(first)
		c.run("up")
		require.Equal(t, digest, c.pod("bankchurn").Model.SHA256)

		pin(missingVersion(c.Stack))
		printed := c.runFailing("up")
		require.Contains(t, printed, "exit code 4")
		require.Contains(t, printed, path)
	})
}

// missingVersion returns a version that no object has.
func missingVersion(stack string) string {
	return map[string]string{"gke": "17", "eks": "01M00000000000000000000000"}[stack]
}
