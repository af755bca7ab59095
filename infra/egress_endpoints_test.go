package infra_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/infra"
)

func TestEgressEndpoints(t *testing.T) {
	endpoints, err := infra.EgressEndpoints(
		"http://10.0.0.1:9000", "", "https://storage.internal", "http://storage.internal/path", "https://[fd00::1]:8443")
	require.NoError(t, err)
	require.Equal(t, []string{"10.0.0.1:9000", "storage.internal:443", "storage.internal:80", "[fd00::1]:8443"}, endpoints)
	for _, invalid := range []string{"storage.internal", "ftp://storage.internal", "https://", "http://a b"} {
		_, err := infra.EgressEndpoints(invalid)
		require.Error(t, err, invalid)
	}
}

func ExampleEgressEndpoints() {
	endpoints, err := infra.EgressEndpoints("https://storage.internal", "http://10.0.0.1:9000")
	fmt.Println(endpoints, err)
	// Output: [storage.internal:443 10.0.0.1:9000] <nil>
}
