package aws_test

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/provider"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
)

func TestGetAvailabilityZones(t *testing.T) {
	p := provider.New(aws.Package(), nil)
	_, err := p.Configure(context.Background(), plugin.ConfigureRequest{
		Inputs: resource.NewPropertyMapFromMap(object{"region": "us-east-1"}),
	})
	require.NoError(t, err)
	for name, test := range map[string]struct {
		args object
		want []any
	}{
		"no filter":      {object{}, []any{"us-east-1-lcl-1a", "us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d"}},
		"excluded zones": {object{"excludeZoneIds": []any{"use1-az3", "usw1-az2"}}, []any{"us-east-1-lcl-1a", "us-east-1a", "us-east-1b", "us-east-1d"}},
		"no Local Zones": {
			object{"filters": []any{object{"name": "opt-in-status", "values": []any{"opt-in-not-required"}}}},
			[]any{"us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			answer, err := p.Invoke(context.Background(), plugin.InvokeRequest{
				Tok: "aws:index/getAvailabilityZones:getAvailabilityZones", Args: resource.NewPropertyMapFromMap(test.args),
			})
			require.NoError(t, err)
			require.Empty(t, answer.Failures)
			require.Equal(t, test.want, answer.Properties["names"].Mappable())
		})
	}
}
