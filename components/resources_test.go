package components

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"
	"pgregory.net/rapid"

	"github.com/modelferry/modelferry/config"
)

func TestMebibytes(t *testing.T) {
	for bytes, want := range map[int64]string{0: "0Mi", 1: "1Mi", 1 << 20: "1Mi", 1<<20 + 1: "2Mi", 64 << 20: "64Mi", 5 << 30: "5120Mi"} {
		require.Equal(t, want, mebibytes(bytes))
	}
}

func TestMebibytes_lessThanOneMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bytes := rapid.Int64Range(0, 1<<52).Draw(t, "bytes")
		quantity := resource.MustParse(mebibytes(bytes))
		require.GreaterOrEqual(t, quantity.Value(), bytes)
		require.Less(t, quantity.Value()-bytes, int64(1<<20))
	})
}

func TestWithEphemeralStorage(t *testing.T) {
	for _, test := range []struct {
		name                       string
		request, limit             string
		wantedRequest, wantedLimit string
	}{
		{"neither set: what is needed", "", "", "100Mi", "100Mi"},
		{"both set: as set", "10Mi", "1Gi", "10Mi", "1Gi"},
		{"a higher limit: the request is what is needed", "", "1Gi", "100Mi", "1Gi"},
		{"a lower limit: the request gives way", "", "80Mi", "80Mi", "80Mi"},
		{"a lower request: the limit is what is needed", "10Mi", "", "10Mi", "100Mi"},
		{"a higher request: the limit gives way", "2Gi", "", "2Gi", "2Gi"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := withEphemeralStorage(config.ResourceRequirements{
				Requests: config.ResourceList{CPU: "1", EphemeralStorage: test.request},
				Limits:   config.ResourceList{EphemeralStorage: test.limit},
			}, 100<<20)
			require.Equal(t, config.ResourceList{CPU: "1", EphemeralStorage: test.wantedRequest}, r.Requests)
			require.Equal(t, config.ResourceList{EphemeralStorage: test.wantedLimit}, r.Limits)
		})
	}
}

func TestQuantities_emptySkipped(t *testing.T) {
	require.Empty(t, quantities(config.ResourceList{}))
	require.Len(t, quantities(config.ResourceList{CPU: "1", EphemeralStorage: "1Gi"}), 2)
	require.Contains(t, quantities(config.ResourceList{EphemeralStorage: "1Gi"}), "ephemeral-storage")
}
