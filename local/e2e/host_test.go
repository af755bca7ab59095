//go:build e2e

package e2e

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// hostSnapshot is everything on the host that a local cloud could leave behind.
type hostSnapshot struct {
	Links, Routes, Firewall, Mounts, Namespaces, Cgroups, Processes []string
}

func takeHostSnapshot(t *testing.T, local string) hostSnapshot {
	t.Helper()
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	require.NoError(t, err)
	s := hostSnapshot{
		Links: outputLines(t, "ip", "-o", "-br", "link"), Routes: outputLines(t, "ip", "route", "show", "table", "all"),
		Namespaces: outputLines(t, "ip", "netns", "list"),
		Mounts:     strings.Split(string(mounts), "\n"),
		Processes:  processes(t, local),
	}
	for _, table := range []string{"filter", "nat", "mangle"} {
		for _, line := range outputLines(t, "iptables-save", "-t", table) {
			if line, _, _ = strings.Cut(line, " ["); line != "" { // Without the counters.
				s.Firewall = append(s.Firewall, table+" "+line)
			}
		}
	}
	walkCgroups(t, func(path string, entry fs.DirEntry) {
		if entry.IsDir() && strings.Contains(path, "modelferry") {
			s.Cgroups = append(s.Cgroups, path)
		}
	})
	return s
}

func outputLines(t *testing.T, name string, args ...string) []string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	require.NoError(t, err, name)
	var lines []string
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "#") { // iptables-save writes the time into comments.
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

// walkCgroups visits every file below /sys/fs/cgroup. What disappears meanwhile is skipped.
func walkCgroups(t *testing.T, visit func(path string, entry fs.DirEntry)) {
	t.Helper()
	require.NoError(t, filepath.WalkDir("/sys/fs/cgroup", func(path string, entry fs.DirEntry, err error) error {
		if err == nil {
			visit(path, entry)
		}
		return nil
	}))
}

// processes returns the command lines of the processes that run a program, or work in a folder, of the local cloud,
// and of the containerd shims in other mount namespaces than the host's: those of a node.
func processes(t *testing.T, local string) []string {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	require.NoError(t, err)
	hostMounts, err := os.Readlink("/proc/self/ns/mnt")
	require.NoError(t, err)
	var found []string
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		content, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "cmdline"))
		if err != nil {
			continue // It has ended.
		}
		command := strings.ReplaceAll(string(content), "\x00", " ")
		mounts, _ := os.Readlink(filepath.Join("/proc", entry.Name(), "ns", "mnt"))
		shim := strings.Contains(command, "containerd-shim") && mounts != hostMounts
		if shim || strings.Contains(command, local+"/") || strings.Contains(command, "/run/modelferry") {
			found = append(found, command)
		}
	}
	return found
}

// cgroupMemory returns the memory of the processes in the cgroups whose path contains name, in bytes. Shared
// pages count once: it is the sum of the proportional set sizes.
func cgroupMemory(t *testing.T, name string) int64 {
	t.Helper()
	var sum int64
	counted := map[string]bool{}
	walkCgroups(t, func(path string, entry fs.DirEntry) {
		if entry.Name() != "cgroup.procs" || !strings.Contains(path, name) {
			return
		}
		content, _ := os.ReadFile(path) // The cgroup may be gone.
		for _, pid := range strings.Fields(string(content)) {
			if !counted[pid] {
				counted[pid] = true
				sum += proportionalSetSize(pid)
			}
		}
	})
	require.NotEmpty(t, counted, "no process in the cgroup %s", name)
	return sum
}

// proportionalSetSize returns a process's share of the memory that it maps, in bytes; 0 when it has ended.
func proportionalSetSize(pid string) int64 {
	content, _ := os.ReadFile(filepath.Join("/proc", pid, "smaps_rollup"))
	for line := range strings.Lines(string(content)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "Pss:" {
			kibibytes, _ := strconv.ParseInt(fields[1], 10, 64)
			return kibibytes << 10
		}
	}
	return 0
}
