package progress_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/progress"
)

const mb = 1_000_000

// upload sends size bytes from resumed on, at 10 MB a second.
func upload(t *testing.T, isTerminal bool, size, resumed int64) string {
	t.Helper()
	var output bytes.Buffer
	synctest.Test(t, func(*testing.T) {
		u := progress.New(&output, isTerminal, "model.joblib", size)
		u.Set(resumed)
		for sent := resumed; sent < size; sent += mb / 10 {
			u.Set(sent)
			time.Sleep(10 * time.Millisecond)
		}
		u.Set(size)
		u.Done()
	})
	return output.String()
}

func TestUpload_linesElsewhere(t *testing.T) {
	require.Equal(t, []string{
		"model.joblib: 40% of 250 MB, 10 MB/s, 15s left",
		"model.joblib: 80% of 250 MB, 10 MB/s, 5s left",
		"model.joblib: sent 250 MB in 25s",
	}, strings.Split(strings.TrimSpace(upload(t, false, 250*mb, 0)), "\n"))
}

func TestUpload_barOnTerminal(t *testing.T) {
	frames := strings.Split(upload(t, true, 20*mb, 0), "\r\x1b[K")
	require.InDelta(t, 20, len(frames), 3, "at most ten a second")
	require.Contains(t, frames, "model.joblib [==========          ] 50% of 20 MB, 10 MB/s, 1s left")
	require.Equal(t, "model.joblib: sent 20 MB in 2s\n", frames[len(frames)-1])
	for _, frame := range frames {
		require.LessOrEqual(t, len(frame), 80)
	}
}

// What the store had before does not count for the rate.
func TestUpload_resumed(t *testing.T) {
	output := upload(t, false, 1000*mb, 850*mb)
	require.Contains(t, output, "model.joblib: 95% of 1.0 GB, 10 MB/s, 5s left\n")
	require.Contains(t, output, "model.joblib: sent 150 MB in 15s, 850 MB were there from an earlier run\n")
}

func TestUpload_stallsAndSendsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var output bytes.Buffer
		u := progress.New(&output, false, "m", 100*mb)
		u.Set(0)
		time.Sleep(time.Second)
		u.Set(50 * mb)
		time.Sleep(20 * time.Second)
		u.Set(40 * mb)
		time.Sleep(20 * time.Second)
		u.Set(40 * mb)
		u.Done()
		require.NotContains(t, output.String(), "-")
		require.Contains(t, output.String(), "m: 40% of 100 MB\n")
		require.NotContains(t, output.String(), "sent")
	})
}

func TestUpload_empty(t *testing.T) {
	require.Equal(t, "model.joblib: sent 0 B in less than 1s\n", upload(t, false, 0, 0))
}

// A line that is longer than the terminal could not be drawn again.
func TestUpload_longName(t *testing.T) {
	var output bytes.Buffer
	synctest.Test(t, func(*testing.T) {
		u := progress.New(&output, true, "gs://"+strings.Repeat("long/", 30)+"model.joblib", 100*mb)
		u.Set(0)
		time.Sleep(time.Second)
		u.Set(10 * mb)
	})
	frame := strings.TrimPrefix(output.String(), "\r\x1b[K")
	require.Equal(t, 79, utf8.RuneCountInString(frame), frame)
	require.Contains(t, frame, "/model.joblib [==                  ] 10% of 100 MB, 10 MB/s, 9s left")
}
