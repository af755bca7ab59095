package aws_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/provider/aws"
)

func TestPackage_valid(t *testing.T) {
	require.NoError(t, aws.Package().Validate())
}

func TestVersion_matchesSDK(t *testing.T) {
	module, err := os.ReadFile("../../../go.mod")
	require.NoError(t, err)
	require.Contains(t, string(module), "github.com/pulumi/pulumi-aws/sdk/v6 v"+aws.Version+"\n")
}
