package workload

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

func TestNamespace_quotaAndLimitRange(t *testing.T) {
	set := map[string]any{
		"quota":             object{"requests": object{"cpu": 8, "memory": "16Gi"}, "limits": object{"memory": "32Gi"}, "pods": 20},
		"containerDefaults": object{"requests": object{"cpu": "50m"}, "limits": object{"memory": "64Mi"}},
	}
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) {
			r := stacktest.Up(t, p.Stack, set)
			require.Equal(t, object{"requests.cpu": "8", "requests.memory": "16Gi", "limits.memory": "32Gi", "pods": "20"},
				r.MustGet(t, "ResourceQuota", "ml-portfolio").Input("spec.hard"))
			require.Equal(t,
				[]any{object{"type": "Container", "defaultRequest": object{"cpu": "50m"}, "default": object{"memory": "64Mi"}}},
				r.MustGet(t, "LimitRange", "ml-portfolio").Input("spec.limits"))
			withoutQuota := stacktest.Up(t, p.Stack, nil)
			require.Empty(t, withoutQuota.ByType("ResourceQuota"))
			require.Empty(t, withoutQuota.ByType("LimitRange"))
		})
	}
}
