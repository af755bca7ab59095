package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// cost is what one preview took.
type cost struct {
	time time.Duration
	// program is the peak of the program's resident memory, in bytes. The
	// engine and the providers are processes of their own.
	program int64
	// resources in the plan.
	resources int
}

// measure runs ferry preview on a project of so many services.
func measure(root, stack string, services int) (cost, error) {
	dir, err := os.MkdirTemp("", "modelferry-scale-")
	if err != nil {
		return cost{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // a leftover in the temporary folder harms nothing
	if err := writeProject(root, dir, stack, services); err != nil {
		return cost{}, err
	}
	local := filepath.Join(dir, ".local")
	if err := os.Mkdir(local, 0o755); err != nil {
		return cost{}, err
	}
	bin := filepath.Join(root, ".local", "bin")
	if err := os.Symlink(bin, filepath.Join(local, "bin")); err != nil {
		return cost{}, err
	}
	var printed bytes.Buffer
	cmd := exec.Command(filepath.Join(bin, "ferry"), "preview", "--stack", stack)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &printed, &printed
	started := time.Now()
	if err := cmd.Start(); err != nil {
		return cost{}, err
	}
	ended := make(chan struct{})
	peak := watch(cmd.Process.Pid, ended)
	err = cmd.Wait()
	c := cost{time: time.Since(started)}
	close(ended)
	c.program = <-peak
	if err != nil {
		return cost{}, fmt.Errorf("ferry preview: %w\n%s", err, printed.String())
	}
	c.resources = strings.Count(printed.String(), "\n  + ")
	if c.program == 0 || c.resources < services {
		return cost{}, errors.New("the preview was not seen at work")
	}
	return c, nil
}

// watch reads a process' peak of resident memory until it has ended. The
// kernel keeps the peak, so that what is read last is nearly all.
func watch(pid int, ended <-chan struct{}) <-chan int64 {
	peak := make(chan int64, 1)
	go func() {
		var highest int64
		for {
			highest = max(highest, highWater(pid))
			select {
			case <-ended:
				peak <- highest
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return peak
}

func highWater(pid int) int64 {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0 // it has ended
	}
	for line := range strings.Lines(string(content)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmHWM:" {
			kibibytes, _ := strconv.ParseInt(fields[1], 10, 64) // the kernel writes a number
			return kibibytes << 10
		}
	}
	return 0
}

// fastest is the cost with the least time: what else a machine does only ever adds.
func fastest(all []cost) cost {
	return slices.MinFunc(all, func(a, b cost) int { return cmp.Compare(a.time, b.time) })
}
