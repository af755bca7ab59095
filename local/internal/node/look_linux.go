package node

import (
	"context"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/modelferry/modelferry/local/internal/node/hostdeps"
	"github.com/modelferry/modelferry/local/internal/node/network"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// Look finds out what the machine has for a node of place p.
func Look(p paths.Place) (Host, error) {
	links, err := network.Links()
	if err != nil {
		return Host{}, err
	}
	taken, err := network.Routes()
	if err != nil {
		return Host{}, err
	}
	h := Host{OS: runtime.GOOS, UID: os.Geteuid(), Admin: admin(), Plugins: hostdeps.Plugins(), Links: links}
	_, h.Apt = hostdeps.FindApt()
	for _, t := range taken {
		h.Routes = append(h.Routes, Route(t))
	}
	for name := range hostdeps.Programs {
		if hostdeps.Find(name) != "" {
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

// provide makes the machine fit for a node in range r: it installs the packages that are missing, where it may.
// The error names what is still in the way.
func (o Options) provide(ctx context.Context, r network.Range) error {
	host, err := Look(o.Place)
	if err != nil {
		return err
	}
	if packages := host.Installs(o.Place.Stack, r); len(packages) > 0 {
		progress := o.Progress
		if progress == nil {
			progress = func(string) {}
		}
		progress("installing the Debian packages " + strings.Join(packages, ", "))
		apt, _ := hostdeps.FindApt()
		if err := apt.Install(ctx, packages, progress); err != nil {
			return err
		}
		if host, err = Look(o.Place); err != nil {
			return err
		}
	}
	return host.Faults(o.Place.Stack, r)
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
