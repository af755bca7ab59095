package node

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/node/network"
)

// readyHost returns a host that passes the preflight checks.
func readyHost() Host {
	return Host{
		OS: "linux", UID: 0, HasCapabilities: true,
		Programs:     []string{"containerd", "containerd-shim-runc-v2", "runc", "iptables", "ipset", "mount"},
		CNIPluginDir: "/usr/lib/cni",
		Binaries:     []string{"kube", "pause", "fake-gcs-server"},
		Links:        []string{"lo", "eth0", "mferry-eks"},
		UsedPrefixes: []network.UsedPrefix{
			{Prefix: netip.MustParsePrefix("192.0.2.0/24"), Link: "eth0"},
			{Prefix: netip.MustParsePrefix("10.214.0.0/30"), Link: "mferry-eks"},
		},
	}
}

func TestHost_Preflight(t *testing.T) {
	for name, c := range map[string]struct {
		breakHost func(*Host)
		want      []string
	}{
		"none":      {breakHost: func(*Host) {}},
		"not Linux": {breakHost: func(h *Host) { h.OS = "darwin" }, want: []string{"does not run on darwin", "existing GKE or EKS cluster"}},
		"not root":  {breakHost: func(h *Host) { h.UID = 1000 }, want: []string{"sudo make up"}},
		"root without capabilities": {breakHost: func(h *Host) { h.HasCapabilities = false },
			want: []string{"CAP_SYS_ADMIN", "--privileged"}},
		"no containerd": {breakHost: func(h *Host) { h.Programs = []string{"runc", "iptables", "ipset", "mount"} },
			want: []string{"not installed: containerd, containerd-shim-runc-v2:", "apt-get install --no-install-recommends containerd"}},
		"nothing installed": {breakHost: func(h *Host) { h.Programs, h.CNIPluginDir = nil, "" },
			want: []string{"CNI plugins", "containerd containernetworking-plugins ipset iptables mount runc"}},
		"no CNI plugins": {breakHost: func(h *Host) { h.CNIPluginDir = "" },
			want: []string{"not installed: CNI plugins", "containernetworking-plugins"}},
		"not built": {breakHost: func(h *Host) { h.Binaries = []string{"kube", "pause"} },
			want: []string{".local/bin/fake-gcs-server"}},
		"link exists": {breakHost: func(h *Host) { h.Links = append(h.Links, "mferry-gke") },
			want: []string{"link mferry-gke", "ip link del mferry-gke"}},
		"range inside another": {breakHost: func(h *Host) {
			h.UsedPrefixes = append(h.UsedPrefixes, network.UsedPrefix{Prefix: netip.MustParsePrefix("10.0.0.0/8"), Link: "tun0"})
		}, want: []string{"10.213.0.0/16 is in use", "10.0.0.0/8 is reached over tun0", "MODELFERRY_CIDR=10.77"}},
		"range contains another": {breakHost: func(h *Host) {
			h.UsedPrefixes = append(h.UsedPrefixes, network.UsedPrefix{Prefix: netip.MustParsePrefix("10.213.64.0/24"), Link: "docker0"})
		}, want: []string{"10.213.64.0/24 is reached over docker0"}},
		"several": {breakHost: func(h *Host) { h.UID, h.CNIPluginDir = 1000, "" },
			want: []string{"sudo make up", "containernetworking-plugins"}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := network.RangeFor("gke", "")
			require.NoError(t, err)
			h := readyHost()
			c.breakHost(&h)
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

func TestHost_MissingPackages(t *testing.T) {
	for name, c := range map[string]struct {
		breakHost func(*Host)
		want      []string
	}{
		"nothing missing": {breakHost: func(*Host) {}},
		"nothing installed": {breakHost: func(h *Host) { h.Programs, h.CNIPluginDir = nil, "" },
			want: []string{"containerd", "containernetworking-plugins", "ipset", "iptables", "mount", "runc"}},
		"some missing": {breakHost: func(h *Host) { h.Programs = h.Programs[:3] }, want: []string{"ipset", "iptables", "mount"}},
		"not root":     {breakHost: func(h *Host) { h.CNIPluginDir, h.UID = "", 1000 }},
		"no apt-get":   {breakHost: func(h *Host) { h.CNIPluginDir, h.HasApt = "", false }},
		"range in use": {breakHost: func(h *Host) { h.CNIPluginDir, h.UsedPrefixes[0].Prefix = "", netip.MustParsePrefix("10.213.1.0/24") }},
		"not Linux":    {breakHost: func(h *Host) { h.CNIPluginDir, h.OS = "", "darwin" }},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := network.RangeFor("gke", "")
			require.NoError(t, err)
			h := readyHost()
			h.HasApt = true
			c.breakHost(&h)
			require.Equal(t, c.want, h.MissingPackages("gke", r))
		})
	}
}

func TestRequiredBinaries_objectStore(t *testing.T) {
	require.Contains(t, requiredBinaries("gke"), "fake-gcs-server")
	require.Contains(t, requiredBinaries("eks"), "versitygw")
}
