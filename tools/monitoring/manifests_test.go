package monitoring

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// The manifest of kube-state-metrics has the version whose flags and series are tested, by digest.
func TestKubeStateMetrics_pinnedImage(t *testing.T) {
	module, err := os.ReadFile(filepath.Join(repository, "tools/kube-state-metrics/go.mod"))
	require.NoError(t, err)
	version := regexp.MustCompile(regexp.QuoteMeta(stateMetrics) + ` (v\S+)`).FindSubmatch(module)
	require.NotNil(t, version)
	manifest, err := os.ReadFile(filepath.Join(repository, "monitoring/kubernetes/kube-state-metrics.yaml"))
	require.NoError(t, err)
	require.Regexp(t, `\n +image: \S+:`+regexp.QuoteMeta(string(version[1]))+`@sha256:[0-9a-f]{64}\n`, string(manifest))
}
