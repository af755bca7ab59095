package node

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/node/network"
)

// fit is a machine on which everything is as it should be.
func fit() Host {
	return Host{
		OS: "linux", UID: 0, HasCapabilities: true,
		Programs:     []string{"containerd", "containerd-shim-runc-v2", "runc", "iptables", "mount"},
		CNIPluginDir: "/usr/lib/cni",
		Binaries:     []string{"kube", "pause", "fake-gcs-server"},
		Links:        []string{"lo", "eth0", "mferry-eks"},
		UsedPrefixes: []Route{
			{Prefix: netip.MustParsePrefix("192.0.2.0/24"), Link: "eth0"},
			{Prefix: netip.MustParsePrefix("10.214.0.0/30"), Link: "mferry-eks"},
		},
	}
}

func TestFaults(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*Host)
		want  []string
	}{
		"none":      {spoil: func(*Host) {}},
		"not Linux": {spoil: func(h *Host) { h.OS = "darwin" }, want: []string{"this is darwin", "a cluster that exists"}},
		"not root":  {spoil: func(h *Host) { h.UID = 1000 }, want: []string{"sudo make up"}},
		"root without capabilities": {spoil: func(h *Host) { h.HasCapabilities = false },
			want: []string{"CAP_SYS_ADMIN", "--privileged"}},
		"no containerd": {spoil: func(h *Host) { h.Programs = []string{"runc", "iptables", "mount"} },
			want: []string{"not installed: containerd, containerd-shim-runc-v2:", "apt-get install --no-install-recommends containerd"}},
		"nothing installed": {spoil: func(h *Host) { h.Programs, h.CNIPluginDir = nil, "" },
			want: []string{"CNI plugins", "containerd containernetworking-plugins iptables mount runc"}},
		"no CNI plugins": {spoil: func(h *Host) { h.CNIPluginDir = "" },
			want: []string{"not installed: CNI plugins", "containernetworking-plugins"}},
		"not built": {spoil: func(h *Host) { h.Binaries = []string{"kube", "pause"} },
			want: []string{".local/bin/fake-gcs-server"}},
		"link taken": {spoil: func(h *Host) { h.Links = append(h.Links, "mferry-gke") },
			want: []string{"link mferry-gke", "ip link del mferry-gke"}},
		"range inside another": {spoil: func(h *Host) {
			h.UsedPrefixes = append(h.UsedPrefixes, Route{Prefix: netip.MustParsePrefix("10.0.0.0/8"), Link: "tun0"})
		}, want: []string{"10.213.0.0/16 is in use", "10.0.0.0/8 is reached over tun0", "MODELFERRY_CIDR=10.77"}},
		"range holds another": {spoil: func(h *Host) {
			h.UsedPrefixes = append(h.UsedPrefixes, Route{Prefix: netip.MustParsePrefix("10.213.64.0/24"), Link: "docker0"})
		}, want: []string{"10.213.64.0/24 is reached over docker0"}},
		"several": {spoil: func(h *Host) { h.UID, h.CNIPluginDir = 1000, "" },
			want: []string{"sudo make up", "containernetworking-plugins"}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := network.RangeFor("gke", "")
			require.NoError(t, err)
			h := fit()
			c.spoil(&h)
			err = h.Preflight("gke", r)
			if c.want == nil {
				require.NoError(t, err)
				return
			}
			for _, want := range c.want {
				require.ErrorContains(t, err, want)
			}
		})
	}
}

func TestInstalls(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*Host)
		want  []string
	}{
		"everything is there": {spoil: func(*Host) {}},
		"nothing is installed": {spoil: func(h *Host) { h.Programs, h.CNIPluginDir = nil, "" },
			want: []string{"containerd", "containernetworking-plugins", "iptables", "mount", "runc"}},
		"some are":     {spoil: func(h *Host) { h.Programs = h.Programs[:3] }, want: []string{"iptables", "mount"}},
		"not root":     {spoil: func(h *Host) { h.CNIPluginDir, h.UID = "", 1000 }},
		"no apt-get":   {spoil: func(h *Host) { h.CNIPluginDir, h.HasApt = "", false }},
		"range in use": {spoil: func(h *Host) { h.CNIPluginDir, h.UsedPrefixes[0].Prefix = "", netip.MustParsePrefix("10.213.1.0/24") }},
		"not Linux":    {spoil: func(h *Host) { h.CNIPluginDir, h.OS = "", "darwin" }},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := network.RangeFor("gke", "")
			require.NoError(t, err)
			h := fit()
			h.HasApt = true
			c.spoil(&h)
			require.Equal(t, c.want, h.MissingPackages("gke", r))
		})
	}
}

func TestEachStackHasItsStore(t *testing.T) {
	require.Contains(t, requiredBinaries("gke"), "fake-gcs-server")
	require.Contains(t, requiredBinaries("eks"), "versitygw")
}
