// Package cgroup creates and removes the control groups of a node. It supports cgroup v1, v2 and hybrid setups.
package cgroup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/moby/sys/mountinfo"
)

// Hierarchies are the mounted cgroup hierarchies: one with v2, one per controller with v1.
type Hierarchies []Hierarchy

// Hierarchy is a mounted cgroup hierarchy.
type Hierarchy struct {
	// Path is the mount point.
	Path string
	// Unified is true for cgroup v2.
	Unified bool
}

// FindHierarchies returns the cgroup hierarchies among the mounts.
func FindHierarchies() (Hierarchies, error) {
	var hierarchies Hierarchies
	_, err := mountinfo.GetMounts(func(m *mountinfo.Info) (skip, stop bool) {
		if m.FSType == "cgroup" || m.FSType == "cgroup2" {
			hierarchies = append(hierarchies, Hierarchy{Path: m.Mountpoint, Unified: m.FSType == "cgroup2"})
		}
		return true, false
	})
	if err != nil {
		return nil, fmt.Errorf("cgroup mounts: %w", err)
	}
	if len(hierarchies) == 0 {
		return nil, errors.New("no cgroup hierarchy is mounted: pods need one: mount it at /sys/fs/cgroup")
	}
	return hierarchies, nil
}

// Create creates the cgroup name, such as "/modelferry-gke", in every hierarchy, with a leaf "node" in it, and moves
// process pid to the leaf. Pods are created beside the leaf, because with v2 a cgroup that enables controllers for its
// children must not contain processes.
func (hs Hierarchies) Create(name string, pid int) error {
	for _, h := range hs {
		group := filepath.Join(h.Path, name)
		leaf := filepath.Join(group, "node")
		if err := os.MkdirAll(leaf, 0o755); err != nil {
			return fmt.Errorf("cgroup %s: %w", leaf, err)
		}
		if h.Unified {
			for _, dir := range []string{h.Path, group} {
				if err := delegate(dir); err != nil {
					return err
				}
			}
		}
		for _, dir := range []string{group, leaf} {
			if err := inheritCPUSet(dir); err != nil {
				return err
			}
		}
		procs := filepath.Join(leaf, "cgroup.procs")
		if err := os.WriteFile(procs, []byte(strconv.Itoa(pid)), 0); err != nil {
			return fmt.Errorf("cgroup %s: %w", leaf, err)
		}
	}
	return nil
}

// delegate enables all controllers of a v2 cgroup for its children. In a hybrid setup, the v2 hierarchy has no
// controllers.
func delegate(dir string) error {
	content, err := os.ReadFile(filepath.Join(dir, "cgroup.controllers"))
	if err != nil {
		return fmt.Errorf("cgroup %s: %w", dir, err)
	}
	for _, controller := range strings.Fields(string(content)) {
		// One write per controller, because one that cannot be delegated (such as a real-time one) fails its write.
		// The error is ignored: the kubelet reports missing controllers.
		_ = os.WriteFile(filepath.Join(dir, "cgroup.subtree_control"), []byte("+"+controller), 0)
	}
	return nil
}

// inheritCPUSet copies a v1 cpuset from its parent. A new cpuset is empty, and an empty one accepts no processes.
func inheritCPUSet(dir string) error {
	for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
		path := filepath.Join(dir, file)
		value, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) || len(strings.TrimSpace(string(value))) > 0 {
			continue // no cpuset, or not empty
		}
		if err != nil {
			return fmt.Errorf("cgroup %s: %w", dir, err)
		}
		parent, err := os.ReadFile(filepath.Join(filepath.Dir(dir), file))
		if err != nil {
			return fmt.Errorf("cgroup %s: %w", dir, err)
		}
		if len(strings.TrimSpace(string(parent))) == 0 {
			continue // in v2, empty means inherited
		}
		if err := os.WriteFile(path, parent, 0); err != nil {
			return fmt.Errorf("cgroup %s: %w", dir, err)
		}
	}
	return nil
}

// Remove removes the cgroup name and everything below it in every hierarchy. The kernel allows that only some time
// after its last process has exited, so Remove retries for 10 s. A missing cgroup is not an error.
func (hs Hierarchies) Remove(name string) error {
	const timeout = 10 * time.Second
	for _, h := range hs {
		group := filepath.Join(h.Path, name)
		for deadline := time.Now().Add(timeout); ; time.Sleep(20 * time.Millisecond) {
			err := removeTree(group)
			if err == nil {
				break
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("cgroup %s: %w: the cgroup.procs files below it list its processes", group, err)
			}
		}
	}
	return nil
}

// removeTree removes directories from the leaves up. The files of a cgroup cannot be removed; the kernel removes them
// with the directory.
func removeTree(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.IsDir() {
			if err := removeTree(filepath.Join(dir, entry.Name())); err != nil {
				return err
			}
		}
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
