//go:build e2e

package e2e

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUp_invalidConfig makes mistakes in the configuration. Each has to be reported, and to change nothing.
func TestUp_invalidConfig(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		before := c.services()
		for _, test := range []struct{ name, config, message string }{
			{"misspelt key", "modelferry:clutser: {}", `modelferry:clutser: Forbidden: unknown key: did you mean "cluster"?`},
			{
				"digest too short",
				"modelferry:releases: {bankchurn: {artifacts: {model: {path: bankchurn/m, size: 1MB, sha256: abc}}}}",
				"64 hexadecimal digits",
			},
			{
				"path outside the bucket",
				"modelferry:releases: {bankchurn: {artifacts: {model: {path: ../m, size: 1MB}}}}",
				"without ..",
			},
			{"YAML with a key twice", "modelferry:namespace: a\n    modelferry:namespace: b", "already defined"},
			{
				"delivery that needs a CSI driver",
				"modelferry:releases: {bankchurn: {delivery: csi}}",
				"modelferry:releases.bankchurn.delivery: Forbidden: the local cloud has no CSI driver",
			},
		} {
			t.Run(test.name, func(t *testing.T) {
				c := c.withT(t)
				// Nothing is brought up with it, so that there is nothing but the file to put back.
				t.Cleanup(func() { require.NoError(t, os.Remove(c.localConfig())) })
				require.NoError(t, os.WriteFile(c.localConfig(), []byte("config:\n    "+test.config+"\n"), 0o644))
				require.Contains(t, c.runFailing("up"), test.message)
				require.Equal(t, before, c.services())
			})
		}
	})
}
