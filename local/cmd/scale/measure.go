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

// measurement is the cost of one preview.
type measurement struct {
	duration time.Duration
	// peakRSS is the highest resident memory of the ferry process, in bytes. The engine and the providers are other
	// processes.
	peakRSS int64
	// resources is the number of resources in the plan.
	resources int
}

// measurePreview runs ferry preview on a project with the given number of services.
func measurePreview(root, stack string, services int) (measurement, error) {
	dir, err := os.MkdirTemp("", "modelferry-scale-")
	if err != nil {
		return measurement{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // best effort: it is a temporary directory
	if err := writeProject(root, dir, stack, services); err != nil {
		return measurement{}, err
	}
	local := filepath.Join(dir, ".local")
	if err := os.Mkdir(local, 0o755); err != nil {
		return measurement{}, err
	}
	bin := filepath.Join(root, ".local", "bin")
	if err := os.Symlink(bin, filepath.Join(local, "bin")); err != nil {
		return measurement{}, err
	}
	var output bytes.Buffer
	cmd := exec.Command(filepath.Join(bin, "ferry"), "preview", "--stack", stack)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &output, &output
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return measurement{}, err
	}
	done := make(chan struct{})
	peak := trackPeakRSS(cmd.Process.Pid, done)
	err = cmd.Wait()
	m := measurement{duration: time.Since(start)}
	close(done)
	m.peakRSS = <-peak
	if err != nil {
		return measurement{}, fmt.Errorf("ferry preview: %w\n%s", err, output.String())
	}
	m.resources = strings.Count(output.String(), "\n  + ")
	if m.peakRSS == 0 || m.resources < services {
		return measurement{}, errors.New("the preview was not measured: no memory, or fewer resources than services")
	}
	return m, nil
}

// trackPeakRSS reads the peak resident memory of a process until done is closed, and sends the last value. The kernel
// records the peak, so only a peak just before the end is missed.
func trackPeakRSS(pid int, done <-chan struct{}) <-chan int64 {
	peak := make(chan int64, 1)
	go func() {
		var peakRSS int64
		for {
			peakRSS = max(peakRSS, readPeakRSS(pid))
			select {
			case <-done:
				peak <- peakRSS
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return peak
}

func readPeakRSS(pid int) int64 {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0 // the process has ended
	}
	for line := range strings.Lines(string(content)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmHWM:" {
			kibibytes, _ := strconv.ParseInt(fields[1], 10, 64) // always a number
			return kibibytes << 10
		}
	}
	return 0
}

// fastest returns the measurement with the shortest duration: other load can only increase it.
func fastest(measurements []measurement) measurement {
	return slices.MinFunc(measurements, func(a, b measurement) int { return cmp.Compare(a.duration, b.duration) })
}
