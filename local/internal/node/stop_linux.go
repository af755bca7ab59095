package node

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"

	"github.com/modelferry/modelferry/local/internal/node/cgroup"
	"github.com/modelferry/modelferry/local/internal/node/components"
	"github.com/modelferry/modelferry/local/internal/node/network"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// Stop ends the node of a place, whether it runs, crashed or never was, and removes all that it made but its
// logs: processes, cgroup, link, data, keys and kubeconfig.
func Stop(layout paths.Layout) error {
	unlock, err := lock(layout)
	if err != nil {
		return err
	}
	defer unlock()
	r, err := readProcessRecord(layout)
	if err != nil {
		return err
	}
	if r != nil && r.alive() {
		if err := kill(r); err != nil {
			return err
		}
	}
	if err := cleanup(layout, r); err != nil {
		return err
	}
	if err := removeKubeconfig(layout); err != nil {
		return err
	}
	// The record goes last: until then another Stop finds what this one could not remove.
	for _, path := range []string{layout.DataDir(), layout.Secret("admin.token"), layout.Secret("store.json"), recordPath(layout)} {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("remove the node's data: %w", err)
		}
	}
	return nil
}

// kill kills the node's first process, and so all of them, and waits until it is gone.
func kill(r *processRecord) error {
	const patience = 20 * time.Second
	// The descriptor means one process for good: checked after it is open, the id cannot have changed hands.
	fd, err := unix.PidfdOpen(r.PID, 0)
	if err != nil || !r.alive() {
		return nil
	}
	defer unix.Close(fd)
	if err := unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0); err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("end the node, process %d: %w", r.PID, err)
	}
	for until := time.Now().Add(patience); r.alive(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			return fmt.Errorf("end the node: process %d still runs after %s: see `cat /proc/%d/stack`", r.PID, patience, r.PID)
		}
	}
	return nil
}

// cleanup removes what a node that has ended leaves on the host, its data aside.
func cleanup(layout paths.Layout, r *processRecord) error {
	if err := os.Remove(layout.NodeInfoFile()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("node.json: %w", err)
	}
	if r == nil {
		return nil
	}
	hierarchies, err := cgroup.FindHierarchies()
	if err != nil {
		return err
	}
	if err := hierarchies.Remove(components.NodeConfig{Stack: layout.Stack}.Cgroup()); err != nil {
		return err
	}
	addresses, err := network.ParseRange(r.Range)
	if err != nil {
		return err
	}
	if err := network.RemoveVeth(layout.Stack, addresses); err != nil {
		return err
	}
	return unmount(layout.DataDir())
}

// unmount removes mounts below a folder. The node's own go with its namespace; this is for a machine on which
// somebody mounted there by hand, because what follows removes the folder with all that is in it.
func unmount(dir string) error {
	mounts, err := mountinfo.GetMounts(func(m *mountinfo.Info) (skip, stop bool) {
		return m.Mountpoint != dir && !strings.HasPrefix(m.Mountpoint, dir+"/"), false
	})
	if err != nil {
		return fmt.Errorf("mounts below %s: %w", dir, err)
	}
	for i := len(mounts) - 1; i >= 0; i-- { // the innermost are the last
		if err := unix.Unmount(mounts[i].Mountpoint, unix.MNT_DETACH); err != nil {
			return fmt.Errorf("unmount %s: %w", mounts[i].Mountpoint, err)
		}
	}
	return nil
}
