package kubernetes_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/provider/kubernetes"
)

func TestVersion_matchesGoMod(t *testing.T) {
	module, err := os.ReadFile("../../../go.mod")
	require.NoError(t, err)
	require.Contains(t, string(module), "github.com/pulumi/pulumi-kubernetes/sdk/v4 v"+kubernetes.Version+"\n")
}
