package sandbox

import (
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/modelferry/modelferry/local/internal/node/components"
	"github.com/modelferry/modelferry/local/internal/node/hostdeps"
)

// processReaper starts the node's processes and reaps them. As PID 1 it also reaps orphans, mostly containerd shims. It
// waits for any child process, so nothing else in this process may wait for one: do not use os/exec here.
type processReaper struct {
	mu        sync.Mutex
	exitChans map[int]chan<- unix.WaitStatus
}

func newProcessReaper() *processReaper {
	r := &processReaper{exitChans: map[int]chan<- unix.WaitStatus{}}
	sigchld := make(chan os.Signal, 1)
	signal.Notify(sigchld, unix.SIGCHLD)
	go func() {
		for range sigchld {
			r.reap()
		}
	}()
	return r
}

// start starts a process with its output in the file log. The channel receives its status when it exits.
func (r *processReaper) start(p components.Process, log string) (<-chan unix.WaitStatus, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("log of %s: %w", p.Name, err)
	}
	defer out.Close()
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", p.Name, err)
	}
	defer null.Close()

	// The lock is held during the start, so that the process is registered before it can be reaped.
	r.mu.Lock()
	defer r.mu.Unlock()
	pid, err := syscall.ForkExec(p.Command[0], p.Command, &syscall.ProcAttr{
		Dir:   "/",
		Env:   append([]string{"PATH=" + hostdeps.SearchPath, "HOME=/root"}, p.Env...),
		Files: []uintptr{null.Fd(), out.Fd(), out.Fd()},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		return nil, fmt.Errorf("start %s (%s): %w", p.Name, p.Command[0], err)
	}
	exited := make(chan unix.WaitStatus, 1)
	r.exitChans[pid] = exited
	return exited, nil
}

func (r *processReaper) reap() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, unix.WNOHANG, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
		if exited, ok := r.exitChans[pid]; ok {
			exited <- status
			delete(r.exitChans, pid)
		}
	}
}

// exitReason describes how a process exited.
func exitReason(status unix.WaitStatus) string {
	if status.Signaled() {
		return fmt.Sprintf("signal %d, %s", status.Signal(), status.Signal())
	}
	return fmt.Sprintf("exit code %d", status.ExitStatus())
}
