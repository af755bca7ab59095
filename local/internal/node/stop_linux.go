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

// Stop stops the node of a stack, which may have crashed, and removes what it created, except its logs: processes,
// cgroup, link, data, keys and kubeconfig. A missing node is not an error.
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
	// The record is removed last, so that an interrupted Stop can be repeated.
	for _, path := range []string{layout.DataDir(), layout.Secret("admin.token"), layout.Secret("store.json"), recordPath(layout)} {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("remove the node's data: %w", err)
		}
	}
	return nil
}

// kill kills the node's first process and waits until it has exited. The kernel then kills all processes of the node.
func kill(r *processRecord) error {
	const timeout = 20 * time.Second
	// A pidfd always refers to the same process. alive is called after it was opened, so it cannot be that of another
	// process with the same PID.
	fd, err := unix.PidfdOpen(r.PID, 0)
	if err != nil || !r.alive() {
		return nil
	}
	defer unix.Close(fd)
	if err := unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0); err != nil && !errors.Is(err, unix.ESRCH) {
		return fmt.Errorf("kill the node, process %d: %w", r.PID, err)
	}
	for deadline := time.Now().Add(timeout); r.alive(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("kill the node: process %d still runs after %s: see `cat /proc/%d/stack`", r.PID, timeout, r.PID)
		}
	}
	return nil
}

// cleanup removes what an exited node left on the host, except its data.
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

// unmount removes the mounts at and below a folder that a user may have created, because Stop removes the folder with
// its content. The node's mounts disappear with its mount namespace.
func unmount(dir string) error {
	mounts, err := mountinfo.GetMounts(func(m *mountinfo.Info) (skip, stop bool) {
		return m.Mountpoint != dir && !strings.HasPrefix(m.Mountpoint, dir+"/"), false
	})
	if err != nil {
		return fmt.Errorf("mounts below %s: %w", dir, err)
	}
	for i := len(mounts) - 1; i >= 0; i-- { // the innermost mounts are last
		if err := unix.Unmount(mounts[i].Mountpoint, unix.MNT_DETACH); err != nil {
			return fmt.Errorf("unmount %s: %w", mounts[i].Mountpoint, err)
		}
	}
	return nil
}
