package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/stackfile"
)

// What is measured is a stack that could be deployed.
func TestGeneratedProjectHasNoFault(t *testing.T) {
	root, err := paths.FindRoot()
	require.NoError(t, err)
	for _, stack := range paths.Stacks {
		dir := t.TempDir()
		require.NoError(t, writeProject(root, dir, stack, 31))
		file, err := stackfile.Read(dir, stack, nil)
		require.NoError(t, err)
		c, err := file.Load()
		require.NoError(t, err)
		require.Len(t, c.Workloads(), 31)
	}
}

func TestPeakOfMemoryIsTheProcess(t *testing.T) {
	ended := make(chan struct{})
	peak := watch(os.Getpid(), ended)
	held := make([]byte, 64<<20)
	for k := range held {
		held[k] = byte(k)
	}
	time.Sleep(50 * time.Millisecond)
	close(ended)
	require.Greater(t, <-peak, int64(len(held)))
	require.Zero(t, highWater(-1))
}

func TestTable(t *testing.T) {
	var out strings.Builder
	all := newTable(&out)
	all.add("gke", 3, fastest([]cost{{9 * time.Second, 1, 1}, {2 * time.Second, 100 << 20, 50}, {3 * time.Second, 1, 1}}))
	all.add("gke", 30, cost{5 * time.Second, 118 << 20, 400})
	all.add("gke", 300, cost{35 * time.Second, 298 << 20, 4000})
	require.NoError(t, all.verdict())
	all.add("eks", 3, cost{2 * time.Second, 100 << 20, 50})
	all.add("eks", 30, cost{3 * time.Second, 102 << 20, 400})
	require.NoError(t, all.verdict())
	all.add("eks", 300, cost{61 * time.Second, 2 << 30, 4000})
	require.Equal(t, []string{
		"| gke | 3 | 50 | 2.0 s |  |  | 100 MiB |  |",
		"| gke | 30 | 400 | 5.0 s | 111 ms |  | 118 MiB |  |",
		"| gke | 300 | 4000 | 35.0 s | 111 ms | 0.7 | 298 MiB | 1.0 |",
		"| eks | 3 | 50 | 2.0 s |  |  | 100 MiB |  |",
		"| eks | 30 | 400 | 3.0 s | 37 ms |  | 102 MiB |  |",
		"| eks | 300 | 4000 | 61.0 s | 214 ms | 2.0 | 2048 MiB | 16.8 |",
	}, strings.Split(strings.TrimSpace(out.String()), "\n")[2:])
	require.EqualError(t, all.verdict(),
		"eks: from 30 to 300 services the time grows 2.0 times as fast as the services: "+
			"look for what does work for each service that grows with their number\n"+
			"eks with 300 services: its memory is 16.8 times that of a straight line through 3 and 30 services: at most 2 times; "+
			"look for what does work for each service that grows with their number\n"+
			"eks with 300 services took 61.0 s and 2048 MiB: at most 60 s and 1024 MiB")
}
