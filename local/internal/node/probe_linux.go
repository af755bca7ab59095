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

// ProbeHost returns the state of the machine that a node of the stack depends on.
func ProbeHost(layout paths.Layout) (Host, error) {
	links, err := network.LinkNames()
	if err != nil {
		return Host{}, err
	}
	used, err := network.UsedPrefixes()
	if err != nil {
		return Host{}, err
	}
	h := Host{
		OS: runtime.GOOS, UID: os.Geteuid(), HasCapabilities: hasCapabilities(),
		CNIPluginDir: hostdeps.FindCNIPluginDir(), Links: links, UsedPrefixes: used,
	}
	_, h.HasApt = hostdeps.FindApt()
	for name := range hostdeps.ProgramPackages {
		if hostdeps.FindProgram(name) != "" {
			h.Programs = append(h.Programs, name)
		}
	}
	for _, name := range requiredBinaries(layout.Stack) {
		if _, err := os.Stat(layout.Bin(name)); err == nil {
			h.Binaries = append(h.Binaries, name)
		}
	}
	return h, nil
}

// installPrerequisites installs missing Debian packages if it can, and checks whether a node can run in range r. The
// error lists the problems that remain.
func (o Options) installPrerequisites(ctx context.Context, r network.Range) error {
	host, err := ProbeHost(o.Layout)
	if err != nil {
		return err
	}
	if packages := host.MissingPackages(o.Layout.Stack, r); len(packages) > 0 {
		progress := o.Progress
		if progress == nil {
			progress = func(string) {}
		}
		progress("installing the Debian packages " + strings.Join(packages, ", "))
		apt, _ := hostdeps.FindApt()
		if err := apt.Install(ctx, packages, progress); err != nil {
			return err
		}
		if host, err = ProbeHost(o.Layout); err != nil {
			return err
		}
	}
	return host.Preflight(o.Layout.Stack, r)
}

// hasCapabilities reports whether this process may create namespaces and links.
func hasCapabilities() bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return false
	}
	const needed = 1<<unix.CAP_SYS_ADMIN | 1<<unix.CAP_NET_ADMIN
	return data[0].Effective&needed == needed
}
