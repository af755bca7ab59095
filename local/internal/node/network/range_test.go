package network

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRange_addresses(t *testing.T) {
	r, err := RangeFor("gke", "")
	require.NoError(t, err)
	require.Equal(t, "10.213.0.0/16", r.String())
	require.Equal(t, "10.213.0.1", r.HostIP().String())
	require.Equal(t, "10.213.0.2", r.NodeIP().String())
	require.Equal(t, "10.213.0.0/30", r.LinkCIDR().String())
	require.Equal(t, "10.213.16.0/20", r.PodCIDR().String())
	require.Equal(t, "10.213.32.0/20", r.ServiceCIDR().String())
	require.Equal(t, "10.213.32.1", r.APIServiceIP().String())

	for _, part := range []interface{ String() string }{r.LinkCIDR(), r.PodCIDR(), r.ServiceCIDR()} {
		require.NotEqual(t, r.String(), part.String())
	}
	require.False(t, r.PodCIDR().Overlaps(r.ServiceCIDR()))
	require.False(t, r.PodCIDR().Overlaps(r.LinkCIDR()))
}

func TestRangeFor_stacksDoNotOverlap(t *testing.T) {
	gke, err := RangeFor("gke", "")
	require.NoError(t, err)
	eks, err := RangeFor("eks", "")
	require.NoError(t, err)
	require.False(t, gke.Prefix().Overlaps(eks.Prefix()))
}

func TestParseRange(t *testing.T) {
	for name, c := range map[string]struct{ text, want, wantErr string }{
		"two numbers":           {text: "10.77", want: "10.77.0.0/16"},
		"CIDR":                  {text: "172.20.0.0/16", want: "172.20.0.0/16"},
		"String of a range":     {text: "10.213.0.0/16", want: "10.213.0.0/16"},
		"one number":            {text: "10", wantErr: "must be two numbers"},
		"not a number":          {text: "ten.one", wantErr: "must be two numbers"},
		"too small":             {text: "10.213.0.0/24", wantErr: "must be a /16"},
		"not its first address": {text: "10.213.4.0/16", wantErr: "must be a /16"},
		"public":                {text: "8.8", wantErr: "must be private"},
		"IPv6":                  {text: "fd00::/16", wantErr: "must be a /16"},
		"number too high":       {text: "10.300", wantErr: "must be two numbers"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := ParseRange(c.text)
			if c.wantErr != "" {
				require.ErrorContains(t, err, c.wantErr)
				require.ErrorContains(t, err, "MODELFERRY_CIDR=10.213")
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, r.String())
		})
	}
}
