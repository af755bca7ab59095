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

// Stop stops the node of a stack, in whatever state it is, and removes everything that it created except
// its logs: processes, cgroup, link, data, keys and kubeconfig.
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
	// The record is removed last: until then, another Stop can continue.
	for _, path := range []string{layout.DataDir(), layout.Secret("admin.token"), layout.Secret("store.json"), recordPath(layout)} {
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("remove the node's data: %w", err)
		}
	}
	return nil
}

// kill kills the node's first process, and with it all its processes, and waits until it has exited.
func kill(r *processRecord) error {
	const patience = 20 * time.Second
	// The descriptor refers to one process for good. The record is compared after it was opened, so the PID
	// cannot have been reused.
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

// cleanup removes what an exited node leaves on the host, except for its data.
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

// unmount removes mounts below a folder, because the folder is removed with its content afterwards. The
// node's own mounts end with its namespace; this removes mounts that a user created.
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
