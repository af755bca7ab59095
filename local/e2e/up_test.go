//go:build e2e

package e2e

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/node/network"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// unchanged is how up's last line reads when there was nothing to do.
var unchanged = regexp.MustCompile(`is up: \d+ unchanged\n`)

// TestUp_servesPublishedModels compares what the pods serve with the files that went into the buckets.
func TestUp_servesPublishedModels(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		for service, size := range models {
			served := c.pod(service).Model
			require.Equal(t, c.publishedModel(service).SHA256, served.SHA256, service)
			require.Equal(t, size, served.Bytes, service)
			require.Len(t, served.Artifacts, 2, service)
		}
	})
}

// TestUp_idempotent brings up a stack that is up.
func TestUp_idempotent(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		before := c.services()
		printed, took := c.run("up")
		require.Regexp(t, unchanged, printed)
		require.Equal(t, before, c.services())
		report(t, c.Stack+" up with nothing to do", "%.1f s", took.Seconds())
	})
}

// TestNode_memory reports what a node takes when nothing goes on.
func TestNode_memory(t *testing.T) {
	forEachStackAlone(t, func(c *cloud) {
		t := c.t
		c.stopOthers() // They would share pages with it.
		c.start()
		const limitMiB = 1536
		memory := cgroupMemory(t, "modelferry-"+c.Stack) >> 20
		report(t, c.Stack+" memory at rest", "%d MiB (at most %d)", memory, limitMiB)
		require.LessOrEqual(t, memory, int64(limitMiB))
	})
}

// The scenarios from here on end with the cloud down. They are the last ones, in the file whose name sorts last,
// so that no other one has to start it again.

// TestDown_leavesNothing compares the host before up and after down.
func TestDown_leavesNothing(t *testing.T) {
	forEachStackAlone(t, func(c *cloud) {
		t := c.t
		c.stopOthers()
		if !c.clean {
			c.stop() // It was started beside another one: start it anew.
		}
		c.start()
		c.stop()
		require.Equal(t, c.before, takeHostSnapshot(t, c.LocalDir()), "down has to leave nothing behind")
		require.NoDirExists(t, c.Dir())
	})
}

// TestUp_addressRangeInUse occupies an address of the stack's default range. Up has to refuse it, and to run in
// another range.
func TestUp_addressRangeInUse(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.stop()
		addresses, err := network.RangeFor(c.Stack, os.Getenv(network.RangeEnv))
		require.NoError(t, err)
		first := addresses.Prefix().Addr().As4()
		occupied := netip.AddrFrom4([4]byte{first[0], first[1], 9, 1})
		other := c.freeRange()

		name := "ferrytest-" + c.Stack
		link := []string{"ip", "link", "add", name, "type", "veth", "peer", "name", "ferrypeer-" + c.Stack}
		_ = exec.Command("ip", "link", "del", name).Run() // of a run that was killed
		require.NoError(t, exec.Command(link[0], link[1:]...).Run())
		t.Cleanup(func() { require.NoError(t, exec.Command("ip", "link", "del", name).Run()) })
		require.NoError(t, exec.Command("ip", "addr", "add", netip.PrefixFrom(occupied, 24).String(), "dev", name).Run())
		require.NoError(t, exec.Command("ip", "link", "set", name, "up").Run())
		require.Contains(t, c.runFailing("up"), "is in use")
		t.Cleanup(c.stop) // The other scenarios expect the stack's own range.
		c.run("up", "--range", other)
		require.Equal(t, c.publishedDigests(), c.digests())
	})
}

// freeRange returns a /16 that the host reaches over none of its links, as --range takes it. Stacks get different ones,
// because this scenario of another stack may run at the same time.
func (c *cloud) freeRange() string {
	c.t.Helper()
	routes, err := network.UsedPrefixes()
	require.NoError(c.t, err)
	const perStack = 50
	first := 77 + perStack*slices.Index(paths.Stacks, c.Stack)
	for second := first; second < first+perStack; second++ {
		prefix := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(second), 0, 0}), 16)
		free := true
		for _, route := range routes {
			free = free && !route.Prefix.Overlaps(prefix)
		}
		if free {
			return fmt.Sprintf("10.%d", second)
		}
	}
	require.FailNow(c.t, "no free address range", "from 10.%d to 10.%d", first, first+perStack-1)
	return ""
}
