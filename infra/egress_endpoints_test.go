package infra_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/infra"
)

func TestPlaces(t *testing.T) {
	places, err := infra.EgressEndpoints("http://10.0.0.1:9000", "", "https://storage.internal", "http://storage.internal/path", "https://[fd00::1]:8443")
	require.NoError(t, err)
	require.Equal(t, []string{"10.0.0.1:9000", "storage.internal:443", "storage.internal:80", "[fd00::1]:8443"}, places)
	for _, wrong := range []string{"storage.internal", "ftp://storage.internal", "https://", "http://a b"} {
		_, err := infra.EgressEndpoints(wrong)
		require.Error(t, err, wrong)
	}
}
