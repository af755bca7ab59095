package gcp_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/provider/gcp"
)

func TestPackage_valid(t *testing.T) {
	require.NoError(t, gcp.Package().Validate())
}

func TestVersion_matchesSDK(t *testing.T) {
	module, err := os.ReadFile("../../../go.mod")
	require.NoError(t, err)
	require.Contains(t, string(module), "github.com/pulumi/pulumi-gcp/sdk/v7 v"+gcp.Version+"\n")
}
