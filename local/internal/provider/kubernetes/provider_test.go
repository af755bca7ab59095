package kubernetes

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVersion_matchesSDK(t *testing.T) {
	module, err := os.ReadFile("../../../go.mod")
	require.NoError(t, err)
	require.True(t, strings.Contains(string(module), "github.com/pulumi/pulumi-kubernetes/sdk/v4 v"+Version+"\n"),
		"go.mod does not require version %s", Version)
}
