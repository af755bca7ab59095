//go:build e2e

package e2e

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// instance is the local cloud of a stack that this process started. The stack's scenarios share it.
type instance struct {
	running bool
	// before is the state of the host before the cloud was started. clean is whether no other local cloud of
	// this process ran at that time.
	before hostSnapshot
	clean  bool
}

var instances = map[string]*instance{}

// cloud is the local cloud of one stack, as one scenario uses it.
type cloud struct {
	t *testing.T
	paths.Layout
	*instance
	// configured is whether the scenario has changed the configuration and not put it back yet.
	configured bool
	// stackFile is what the engine's stack file had before that.
	stackFile []byte
}

// forEachStack runs a scenario as a subtest for each stack.
func forEachStack(t *testing.T, scenario func(*cloud)) {
	t.Helper()
	for _, stack := range paths.Stacks {
		forStack(t, stack, scenario)
	}
}

// forStack runs a scenario as a subtest for one stack, unless -stack names the other one.
func forStack(t *testing.T, stack string, scenario func(*cloud)) {
	t.Helper()
	runScenario(t, stack, "shared", scenario)
}

// forEachStackAlone is forEachStack for a scenario that looks at the whole host or needs both local clouds: no other
// process may use one.
func forEachStackAlone(t *testing.T, scenario func(*cloud)) {
	t.Helper()
	for _, stack := range paths.Stacks {
		forStackAlone(t, stack, scenario)
	}
}

// forStackAlone is forEachStackAlone for one stack.
func forStackAlone(t *testing.T, stack string, scenario func(*cloud)) {
	t.Helper()
	runScenario(t, stack, "alone", scenario)
}

// runScenario runs a scenario as a subtest, unless the flags leave it out. host is the value of -host that selects it.
func runScenario(t *testing.T, stack, host string, scenario func(*cloud)) {
	t.Helper()
	if *stackFlag != "" && *stackFlag != stack || *hostFlag != "" && *hostFlag != host {
		return
	}
	t.Run(stack, func(t *testing.T) { scenario(openCloud(t, stack)) })
}

// openCloud returns the stack's local cloud, which may not be running.
func openCloud(t *testing.T, stack string) *cloud {
	t.Helper()
	root, err := paths.FindRoot()
	require.NoError(t, err)
	layout, err := paths.New(root, stack)
	require.NoError(t, err)
	if instances[stack] == nil {
		instances[stack] = &instance{}
	}
	c := &cloud{t: t, Layout: layout, instance: instances[stack]}
	t.Cleanup(func() {
		if t.Failed() {
			c.logState()
			c.stop() // The next scenario starts a new one.
		}
	})
	return c
}

// withT returns the same cloud for a subtest.
func (c *cloud) withT(t *testing.T) *cloud {
	t.Helper()
	return &cloud{t: t, Layout: c.Layout, instance: c.instance, configured: c.configured, stackFile: c.stackFile}
}

// start brings the stack up with the repository's configuration, unless an earlier scenario did, and waits until
// each service has exactly one pod, and that one serves.
func (c *cloud) start() {
	c.t.Helper()
	if !c.running {
		c.stop() // What another process left.
		c.before, c.clean = takeHostSnapshot(c.t, c.LocalDir()), !anyRunning()
		c.running = true // From here on there is something to stop.
		_, took := c.run("up")
		report(c.t, c.Stack+" make up, everything built", "%.1f s (at most 60)", took.Seconds())
	}
	require.Equal(c.t, c.publishedDigests(), c.digests(), "the cloud serves the models of the repository's configuration")
}

// stop takes the stack down, no matter which process started it.
func (c *cloud) stop() {
	c.t.Helper()
	c.running = false
	c.run("down")
}

// stopOthers takes down the other stacks' clouds that this process started. Their next scenario starts them again.
func (c *cloud) stopOthers() {
	c.t.Helper()
	for stack, other := range instances {
		if stack != c.Stack && other.running {
			openCloud(c.t, stack).stop()
		}
	}
}

func anyRunning() bool {
	for _, i := range instances {
		if i.running {
			return true
		}
	}
	return false
}

// stopClouds takes down all local clouds that this process started.
func stopClouds() error {
	var failures []error
	for stack, i := range instances {
		if !i.running {
			continue
		}
		root, err := paths.FindRoot()
		if err == nil {
			var layout paths.Layout
			if layout, err = paths.New(root, stack); err == nil {
				err = ferryCommand(layout, "down").Run()
			}
		}
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}
