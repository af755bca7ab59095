package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"
)

// fleet is a number of clients that start at once and download the same object from one prefix.
type fleet struct {
	size int
	// perSecond is the number of requests that the prefix answers in a second.
	perSecond int
	key       string
	bytes     int64
}

// fleetTool makes a tool for the store at an endpoint.
type fleetTool struct {
	name string
	tool func(endpoint string) tool
}

// fleetRun is one run of a fleet with one tool.
type fleetRun struct {
	// done holds the times from the start until each client that got the object had it, sorted.
	done     []time.Duration
	requests requestCounts
	// gaveUp is the number of clients that failed.
	gaveUp int
	// failure is the output of one of them.
	failure string
}

// maxFleetTime ends a run, so that no client waits forever.
const maxFleetTime = 10 * time.Minute

// run starts the fleet in folder, against the store at target.
func (f fleet) run(ctx context.Context, t fleetTool, target, folder string) (fleetRun, error) {
	ctx, cancel := context.WithTimeout(ctx, maxFleetTime)
	defer cancel()
	if err := os.RemoveAll(folder); err != nil {
		return fleetRun{}, err
	}
	limit, err := startThrottle(ctx, target, f.perSecond)
	if err != nil {
		return fleetRun{}, err
	}
	defer limit.stop()
	clients := make([]*fleetClient, f.size)
	for i := range clients {
		client := filepath.Join(folder, strconv.Itoa(i))
		if err := os.MkdirAll(client, 0o755); err != nil {
			return fleetRun{}, err
		}
		clients[i] = newFleetClient(t.tool(limit.endpoint).command(ctx, client), filepath.Join(client, f.key), f.bytes)
	}
	for _, c := range clients {
		if err := c.prepare(); err != nil {
			return fleetRun{}, err
		}
	}
	var running sync.WaitGroup
	began := time.Now()
	for _, c := range clients {
		running.Go(func() { c.run(began) })
	}
	running.Wait()
	run := fleetRun{requests: limit.counts()}
	for _, c := range clients {
		if c.err != nil {
			run.gaveUp, run.failure = run.gaveUp+1, fmt.Sprintf("%v\n%s", c.err, c.stderr.String())
			continue
		}
		run.done = append(run.done, c.done)
	}
	slices.Sort(run.done)
	return run, os.RemoveAll(folder)
}

// fleetClient is a process of a fleet.
type fleetClient struct {
	command *exec.Cmd
	file    string
	bytes   int64
	// start begins the download of a process that waits for it, and is nil for others.
	start io.WriteCloser

	done   time.Duration
	stderr bytes.Buffer
	err    error
}

func newFleetClient(command *exec.Cmd, file string, size int64) *fleetClient {
	c := &fleetClient{command: command, file: file, bytes: size}
	command.Stderr = &c.stderr
	return c
}

// prepare starts a process that waits for its standard input, and returns when it is ready: hundreds of interpreters
// that load boto3 on a few cores would otherwise start one after the other.
func (c *fleetClient) prepare() error {
	if !slices.Contains(c.command.Env, waitVariable) {
		return nil
	}
	var err error
	if c.start, err = c.command.StdinPipe(); err != nil {
		return err
	}
	ready, err := c.command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.command.Start(); err != nil {
		return err
	}
	_, err = bufio.NewReader(ready).ReadString('\n')
	return err
}

// run runs the process and checks what it downloaded.
func (c *fleetClient) run(began time.Time) {
	if c.start != nil {
		c.err = c.start.Close()
		if waitErr := c.command.Wait(); waitErr != nil {
			c.err = waitErr
		}
	} else {
		c.err = c.command.Run()
	}
	c.done = time.Since(began)
	if info, err := os.Stat(c.file); c.err == nil && (err != nil || info.Size() != c.bytes) {
		c.err = fmt.Errorf("%s is missing or incomplete", c.file)
	}
	_ = os.Remove(c.file) // it need not exist
}
