package node

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/modelferry/modelferry/local/node/machine"
	"github.com/modelferry/modelferry/local/node/network"
	"github.com/modelferry/modelferry/local/place"
)

// Look finds out what the machine has for a node of place p.
func Look(p place.Place) (Host, error) {
	links, err := network.Links()
	if err != nil {
		return Host{}, err
	}
	taken, err := network.Routes()
	if err != nil {
		return Host{}, err
	}
	h := Host{OS: runtime.GOOS, UID: os.Geteuid(), Admin: admin(), Plugins: machine.Plugins(), Links: links}
	for _, t := range taken {
		h.Routes = append(h.Routes, Route(t))
	}
	for name := range machine.Programs {
		if machine.Find(name) != "" {
			h.Programs = append(h.Programs, name)
		}
	}
	for _, name := range built(p.Stack) {
		if _, err := os.Stat(p.Bin(name)); err == nil {
			h.Built = append(h.Built, name)
		}
	}
	return h, nil
}

// admin is that this process has the capabilities that namespaces and links need.
func admin() bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return false
	}
	const needed = 1<<unix.CAP_SYS_ADMIN | 1<<unix.CAP_NET_ADMIN
	return data[0].Effective&needed == needed
}
