package eks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/infra/eks"
)

func TestSelectZones(t *testing.T) {
	four := []string{"eu-west-1a", "eu-west-1b", "eu-west-1c", "eu-west-1d"}
	for name, test := range map[string]struct {
		configured, available, want []string
		err                         string
	}{
		"first three":         {nil, four, four[:3], ""},
		"exactly three":       {nil, four[:3], four[:3], ""},
		"configured in order": {[]string{"eu-west-1d", "eu-west-1a"}, four, []string{"eu-west-1d", "eu-west-1a"}, ""},
		"too few": {nil, four[:2], nil, "modelferry:cluster.create.network.zones: must be set to two zones: " +
			"eu-west-1 has fewer than three for EKS: eu-west-1a, eu-west-1b"},
		"unavailable": {[]string{"eu-west-1a", "eu-west-1e"}, four, nil, `modelferry:cluster.create.network.zones[1]: ` +
			`invalid zone "eu-west-1e": must be one of eu-west-1a, eu-west-1b, eu-west-1c, eu-west-1d, the zones of EKS in eu-west-1`},
	} {
		t.Run(name, func(t *testing.T) {
			zones, err := eks.SelectZones("eu-west-1", test.configured, test.available)
			if test.err != "" {
				require.EqualError(t, err, test.err)
			} else {
				require.NoError(t, err)
			}
			require.Equal(t, test.want, zones)
		})
	}
}
