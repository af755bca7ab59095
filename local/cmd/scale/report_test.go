package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/repotest"
	"github.com/modelferry/modelferry/local/internal/stackfile"
)

// The generated project has a valid config.
func TestWriteProject_validConfig(t *testing.T) {
	for _, stack := range paths.Stacks {
		dir := t.TempDir()
		require.NoError(t, writeProject(repotest.Path(t), dir, stack, 31))
		file, err := stackfile.Read(dir, stack, nil)
		require.NoError(t, err)
		c, err := file.Load()
		require.NoError(t, err)
		require.Len(t, c.WithUnpublished().Workloads(), 31)
	}
}

func TestTrackPeakRSS(t *testing.T) {
	done := make(chan struct{})
	peak := trackPeakRSS(os.Getpid(), done)
	memory := make([]byte, 64<<20)
	for i := range memory {
		memory[i] = byte(i)
	}
	time.Sleep(time.Second) // 50 times the interval, for a loaded machine
	close(done)
	require.Greater(t, <-peak, int64(len(memory)))
	require.Zero(t, readPeakRSS(-1))
}

func TestReport(t *testing.T) {
	var out strings.Builder
	report := newReport(&out)
	report.add("gke", 3, fastest([]measurement{{9 * time.Second, 1, 1}, {2 * time.Second, 100 << 20, 50}, {3 * time.Second, 1, 1}}))
	report.add("gke", 30, measurement{5 * time.Second, 118 << 20, 400})
	report.add("gke", 300, measurement{35 * time.Second, 298 << 20, 4000})
	require.NoError(t, report.result())
	report.add("eks", 3, measurement{2 * time.Second, 100 << 20, 50})
	report.add("eks", 30, measurement{3 * time.Second, 102 << 20, 400})
	require.NoError(t, report.result())
	report.add("eks", 300, measurement{61 * time.Second, 2 << 30, 4000})
	require.Equal(t, []string{
		"| gke | 3 | 50 | 2.0 s |  |  | 100 MiB |  |",
		"| gke | 30 | 400 | 5.0 s | 111 ms |  | 118 MiB |  |",
		"| gke | 300 | 4000 | 35.0 s | 111 ms | 0.7 | 298 MiB | 1.0 |",
		"| eks | 3 | 50 | 2.0 s |  |  | 100 MiB |  |",
		"| eks | 30 | 400 | 3.0 s | 37 ms |  | 102 MiB |  |",
		"| eks | 300 | 4000 | 61.0 s | 214 ms | 2.0 | 2048 MiB | 16.8 |",
	}, strings.Split(strings.TrimSpace(out.String()), "\n")[2:])
	require.EqualError(t, report.result(),
		"eks: from 30 to 300 services the time grows 2.0 times as fast as the services, must be at most 1 times: "+
			"look for work per service that depends on the number of services\n"+
			"eks with 300 services: the memory is 16.8 times that of a line through 3 and 30 services, must be at most 2 times: "+
			"look for work per service that depends on the number of services\n"+
			"eks with 300 services: 61.0 s and 2048 MiB, must be at most 60 s and 1024 MiB")
}
