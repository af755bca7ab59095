package node

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/node/cgroup"
	"github.com/modelferry/modelferry/local/internal/node/components"
	"github.com/modelferry/modelferry/local/internal/node/hostdeps"
	"github.com/modelferry/modelferry/local/internal/node/network"
	"github.com/modelferry/modelferry/local/internal/node/nodeinfo"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// Start starts the stack's node and returns when it is ready. If the node runs, Start returns its info. If it crashed,
// the new node uses its data. The node outlives the caller. If ctx ends before the node is ready, the node is killed.
// The error names the component that failed, and its log.
func Start(ctx context.Context, o Options) (Info, error) {
	unlock, err := lock(o.Layout)
	if err != nil {
		return Info{}, err
	}
	defer unlock()
	previous, err := readProcessRecord(o.Layout)
	if err != nil {
		return Info{}, err
	}
	if previous != nil && previous.alive() {
		return o.attach(ctx, previous)
	}
	if previous != nil && o.Range == "" {
		o.Range = previous.Range
	}
	addresses, err := network.RangeFor(o.Layout.Stack, o.Range)
	if err != nil {
		return Info{}, err
	}
	if previous != nil && previous.Range != addresses.String() {
		return Info{}, fmt.Errorf(
			"invalid address range %[3]s: the data of node %[1]s use %[2]s: run `make down STACK=%[1]s` first, which removes them",
			o.Layout.Stack,
			previous.Range,
			addresses,
		)
	}
	if err := cleanup(o.Layout, previous); err != nil {
		return Info{}, err
	}
	if err := o.installPrerequisites(ctx, addresses); err != nil {
		return Info{}, err
	}
	logOffset := logSize(o.Layout)
	r, err := o.spawn(addresses)
	if err == nil {
		var i Info
		if i, err = o.waitReady(ctx, r, logOffset); err == nil {
			return i, nil
		}
	}
	if r != nil {
		err = errors.Join(err, kill(r))
	}
	// The process record stays, so that the next Start or Stop finds the data.
	return Info{}, errors.Join(err, cleanup(o.Layout, r))
}

// spawn starts the node's first process in new namespaces and connects it to the host.
func (o Options) spawn(addresses network.Range) (*processRecord, error) {
	hierarchies, err := cgroup.FindHierarchies()
	if err != nil {
		return nil, err
	}
	for _, dir := range []string{filepath.Dir(o.Layout.Log("node")), o.Layout.DataDir()} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, fmt.Errorf("node's folder: %w", err)
		}
	}
	log, err := os.OpenFile(o.Layout.Log("node"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("node's log: %w", err)
	}
	defer log.Close()
	executable, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("start the node: %w", err)
	}
	pidReader, pidWriter, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start the node: %w", err)
	}
	defer pidReader.Close()
	defer pidWriter.Close() // the node exits if it reads no PID

	cmd := exec.Command(executable, o.Command...)
	cmd.Dir = "/"
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{pidReader} // descriptor 3
	// Not the caller's environment: with a proxy in it, the components could not reach each other.
	cmd.Env = []string{
		"PATH=" + hostdeps.SearchPath, "HOME=/root", "GOGC=50",
		paths.StackDirEnv + "=" + o.Layout.Dir(), network.RangeEnv + "=" + addresses.String(),
		"AWS_REGION=" + o.region(),
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setsid:     true,
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC,
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the node: %w", err)
	}
	go func() { _ = cmd.Wait() }() // avoids a zombie process
	pid := cmd.Process.Pid
	r, err := writeProcessRecord(o.Layout, pid, addresses.String())
	if err != nil {
		return nil, err
	}
	if err := hierarchies.Create(components.NodeConfig{Stack: o.Layout.Stack}.Cgroup(), pid); err != nil {
		return r, err
	}
	if err := network.CreateVeth(o.Layout.Stack, addresses, pid); err != nil {
		return r, err
	}
	if _, err := fmt.Fprintln(pidWriter, pid); err != nil {
		return r, fmt.Errorf("start the node: %w", err)
	}
	return r, nil
}

// region returns the region of the object store. It is empty for a store without regions.
func (o Options) region() string {
	region := clouds.MustGet(o.Layout.Stack).DefaultRegion
	if region == "" {
		return ""
	}
	return cmp.Or(o.Region, region)
}

// waitReady waits until the node is ready. It forwards the lines of the node's log from an offset in bytes.
func (o Options) waitReady(ctx context.Context, r *processRecord, from int64) (Info, error) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		alive := r.alive() // checked before the log is read, so that the last lines are not missed
		lines, next := readLog(o.Layout, from)
		if from = next; o.Progress != nil {
			for _, line := range lines {
				o.Progress(line)
			}
		}
		if !alive {
			return Info{}, fmt.Errorf("node %s exited: %s", o.Layout.Stack, lastLogLine(o.Layout, lines))
		}
		if i, err := nodeinfo.Read(o.Layout.NodeInfoFile()); err == nil {
			return i, writeKubeconfig(o.Layout, i)
		} else if !errors.Is(err, nodeinfo.ErrNotRunning) {
			return Info{}, err
		}
		select {
		case <-ctx.Done():
			return Info{}, fmt.Errorf("node %s is not ready: %w", o.Layout.Stack, context.Cause(ctx))
		case <-tick.C:
		}
	}
}

func lastLogLine(layout paths.Layout, lines []string) string {
	if len(lines) == 0 {
		return "see " + layout.Log("node")
	}
	return strings.TrimPrefix(strings.TrimSpace(lines[len(lines)-1]), "ferry: ")
}
