package kubernetes

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVersion_matchesSDK(t *testing.T) {
	module, err := os.ReadFile("../../../go.mod")
	require.NoError(t, err)
	require.Contains(t, string(module), "github.com/pulumi/pulumi-kubernetes/sdk/v4 v"+Version+"\n")
}
