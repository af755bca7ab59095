package node

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/node/hostdeps"
	"github.com/modelferry/modelferry/local/internal/node/network"
)

// Host is the state of the machine that a node depends on. ProbeHost reads it.
type Host struct {
	// OS is runtime.GOOS.
	OS string
	// UID is the effective user id.
	UID int
	// HasCapabilities reports whether the process may create namespaces and links.
	HasCapabilities bool
	// Programs are those of hostdeps.ProgramPackages that are installed.
	Programs []string
	// CNIPluginDir is the folder of the CNI plugins. Empty if they are not installed.
	CNIPluginDir string
	// HasApt reports whether apt-get can install packages.
	HasApt bool
	// Binaries are the built programs in .local/bin.
	Binaries []string
	// Links are the names of the network links.
	Links []string
	// UsedPrefixes are the networks that the host has routes to.
	UsedPrefixes []network.UsedPrefix
}

// requiredBinaries returns the programs in .local/bin that a node runs.
func requiredBinaries(stack string) []string {
	return []string{"kube", "pause", clouds.MustGet(stack).ObjectStore.Program}
}

// Preflight returns all reasons why a node of the stack cannot run on the host in range r, and what to do about each.
// The link of an earlier node must have been removed before, or it is reported.
func (h Host) Preflight(stack string, r network.Range) error {
	problems := h.blockers(stack, r)
	if missing, packages := h.missingDependencies(); h.OS == "linux" && len(missing) > 0 {
		problems = append(problems, fmt.Errorf("not installed: %s: run `apt-get install --no-install-recommends %s`",
			strings.Join(missing, ", "), strings.Join(packages, " ")))
	}
	return errors.Join(problems...)
}

// MissingPackages returns the Debian packages to install. It returns none if there is no apt-get, or if the host has a
// problem that packages do not solve.
func (h Host) MissingPackages(stack string, r network.Range) []string {
	if !h.HasApt || len(h.blockers(stack, r)) > 0 {
		return nil
	}
	_, packages := h.missingDependencies()
	return packages
}

// blockers returns the problems that packages do not solve.
func (h Host) blockers(stack string, r network.Range) []error {
	if h.OS != "linux" {
		return []error{fmt.Errorf("the local cloud does not run on %s: use a Linux machine or virtual machine, "+
			"or an existing GKE or EKS cluster (docs/deploy-gke.md, \"Use an existing cluster\")", h.OS)}
	}
	var problems []error
	add := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	switch {
	case h.UID != 0:
		add("the local cloud creates namespaces and must run as root, not as user %d: run `sudo make up`", h.UID)
	case !h.HasCapabilities:
		add("root lacks CAP_SYS_ADMIN or CAP_NET_ADMIN, which creating namespaces and links needs: " +
			"in a container, start it with --privileged")
	}
	for _, name := range requiredBinaries(stack) {
		if !slices.Contains(h.Binaries, name) {
			add("not built: .local/bin/%s: run `make up`, which builds it", name)
		}
	}
	if name := network.VethName(stack); slices.Contains(h.Links, name) {
		add("the network link %s exists and does not belong to a node: remove it with `ip link del %s`", name, name)
	}
	for _, used := range h.UsedPrefixes {
		if used.Prefix.Overlaps(r.Prefix()) {
			add("the address range %s is in use: %s is reached over %s: choose a free range, such as `make up %s=10.77`",
				r, used.Prefix, used.Link, network.RangeEnv)
			break // one route per message is enough
		}
	}
	return problems
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
