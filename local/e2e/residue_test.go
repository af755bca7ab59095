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

// residue is everything on the machine that a local cloud could leave behind.
type residue struct {
	Links, Routes, Firewall, Mounts, Namespaces, Cgroups, Processes []string
}

func look(t *testing.T, local string) residue {
	t.Helper()
	run := func(name string, args ...string) []string {
		out, err := exec.Command(name, args...).Output()
		require.NoError(t, err, name)
		var lines []string
		for line := range strings.Lines(string(out)) {
			if !strings.HasPrefix(line, "#") { // iptables-save's times
				lines = append(lines, strings.TrimSpace(line))
			}
		}
		return lines
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	require.NoError(t, err)
	r := residue{
		Links: run("ip", "-o", "-br", "link"), Routes: run("ip", "route", "show", "table", "all"),
		Namespaces: run("ip", "netns", "list"),
		Mounts:     strings.Split(string(mounts), "\n"),
		Processes:  processes(t, local),
	}
	for _, table := range []string{"filter", "nat", "mangle"} {
		for _, line := range run("iptables-save", "-t", table) {
			if line, _, _ = strings.Cut(line, " ["); line != "" { // counters
				r.Firewall = append(r.Firewall, table+" "+line)
			}
		}
	}
	require.NoError(t, filepath.WalkDir("/sys/fs/cgroup", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && strings.Contains(path, "modelferry") {
			r.Cgroups = append(r.Cgroups, path)
		}
		return nil // a cgroup may go while it is looked at
	}))
	return r
}

// processes are those that run a program, or work in a folder, of the local cloud.
func processes(t *testing.T, local string) []string {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	require.NoError(t, err)
	var found []string
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		command, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "cmdline"))
		if err != nil {
			continue // it has ended
		}
		text := strings.ReplaceAll(string(command), "\x00", " ")
		if strings.Contains(text, local+"/") || strings.Contains(text, "/run/modelferry") || strings.HasPrefix(text, "containerd-shim") {
			found = append(found, text)
		}
	}
	return found
}

// memory is the sum of what a node's processes take up, shared pages counted
// once (their proportional set sizes), in bytes.
func memory(t *testing.T, cgroup string) int64 {
	t.Helper()
	var sum int64
	seen := map[string]bool{}
	_ = filepath.WalkDir("/sys/fs/cgroup", func(path string, entry fs.DirEntry, err error) error {
		var content []byte
		if err == nil && entry.Name() == "cgroup.procs" && strings.Contains(path, cgroup) {
			content, _ = os.ReadFile(path) // a cgroup may go while it is looked at
		}
		for _, pid := range strings.Fields(string(content)) {
			if !seen[pid] {
				seen[pid] = true
				sum += pss(pid)
			}
		}
		return nil
	})
	require.NotEmpty(t, seen, "no process in the cgroup %s", cgroup)
	return sum
}

func pss(pid string) int64 {
	content, _ := os.ReadFile(filepath.Join("/proc", pid, "smaps_rollup")) // it may have ended
	for line := range strings.Lines(string(content)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "Pss:" {
			kibibytes, _ := strconv.ParseInt(fields[1], 10, 64)
			return kibibytes << 10
		}
	}
	return 0
}
