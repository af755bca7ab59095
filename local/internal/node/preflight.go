package node

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/node/hostdeps"
	"github.com/modelferry/modelferry/local/internal/node/network"
)

// Host is what a node finds on the machine.
type Host struct {
	// OS is as Go names it.
	OS string
	// UID is the effective user; Admin is that it may make namespaces and links.
	UID             int
	HasCapabilities bool
	// Programs are those of machine.Programs that are there; Plugins is the folder of the CNI plugins.
	Programs     []string
	CNIPluginDir string
	// HasApt is that packages can be installed by apt-get.
	HasApt bool
	// Binaries are the programs of .local/bin that are there.
	Binaries []string
	// Links are the names of its links; Routes the networks that it reaches over them.
	Links        []string
	UsedPrefixes []Route
}

// Route is a network that the host reaches over a link.
type Route struct {
	Prefix netip.Prefix
	Link   string
}

// requiredBinaries are the programs that the node runs out of .local/bin.
func requiredBinaries(stack string) []string {
	return []string{"kube", "pause", clouds.MustGet(stack).ObjectStore.Program}
}

// Preflight are all reasons why a node of the stack cannot run on the host in range r, each with its way out; nil
// when it can. The node's own leavings must be gone.
func (h Host) Preflight(stack string, r network.Range) error {
	faults := h.blockers(stack, r)
	if missing, packages := h.missingDependencies(); h.OS == "linux" && len(missing) > 0 {
		faults = append(faults, fmt.Errorf("not installed: %s: run `apt-get install --no-install-recommends %s`", strings.Join(missing, ", "), strings.Join(packages, " ")))
	}
	return errors.Join(faults...)
}

// MissingPackages are the packages with which a node of the stack can run in range r, where they may be installed;
// none where something else stands in its way, which an install would not remove.
func (h Host) MissingPackages(stack string, r network.Range) []string {
	if !h.HasApt || len(h.blockers(stack, r)) > 0 {
		return nil
	}
	_, packages := h.missingDependencies()
	return packages
}

// blockers are the faults that no package removes.
func (h Host) blockers(stack string, r network.Range) []error {
	if h.OS != "linux" {
		return []error{fmt.Errorf("the local cloud runs on Linux, and this is %s: use a Linux machine or virtual machine, or a GKE or EKS cluster that exists (docs/deploy-gke.md, \"Use an existing cluster\")", h.OS)}
	}
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	switch {
	case h.UID != 0:
		fault("the local cloud makes namespaces, which needs root, and the user is %d: run `sudo make up`", h.UID)
	case !h.HasCapabilities:
		fault("root lacks CAP_SYS_ADMIN or CAP_NET_ADMIN here, and the local cloud makes namespaces and links: in a container, start it with --privileged")
	}
	for _, name := range requiredBinaries(stack) {
		if !slices.Contains(h.Binaries, name) {
			fault("not built: .local/bin/%s: run `make up`, which builds it", name)
		}
	}
	if name := network.VethName(stack); slices.Contains(h.Links, name) {
		fault("the network link %s is there already and is none of ours: remove it with `ip link del %s`", name, name)
	}
	for _, route := range h.UsedPrefixes {
		if route.Prefix.Overlaps(r.Prefix()) {
			fault("the address range %s is in use: %s is reached over %s: choose a free range, such as `make up %s=10.77`",
				r, route.Prefix, route.Link, network.RangeEnv)
			break // its other routes would say the same
		}
	}
	return faults
}

func (h Host) missingDependencies() (programs, packages []string) {
	for _, name := range slices.Sorted(maps.Keys(hostdeps.ProgramPackages)) {
		if !slices.Contains(h.Programs, name) {
			programs = append(programs, name)
			packages = append(packages, hostdeps.ProgramPackages[name])
		}
	}
	if h.CNIPluginDir == "" {
		programs = append(programs, "CNI plugins")
		packages = append(packages, hostdeps.CNIPluginsPackage)
	}
	slices.Sort(packages)
	return programs, slices.Compact(packages)
}
