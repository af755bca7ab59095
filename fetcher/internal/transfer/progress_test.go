package transfer_test

import (
	"bytes"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/transfer"
)

// A range of 100 bytes, one every 50 ms: 5 s, so two lines.
func TestProgressReport_logsRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := slowRanges([]time.Duration{50 * time.Millisecond})
		progress := transfer.NewProgress(src)
		var log bytes.Buffer
		stop := progress.Report(100, slog.New(slog.NewTextHandler(&log, nil)))
		reader, err := progress.Read(t.Context(), src.object(), 0, 100)
		require.NoError(t, err)
		time.Sleep(time.Millisecond) // so that no byte arrives at the moment of a log line
		_, err = io.ReadAll(reader)
		require.NoError(t, err)
		stop()
		time.Sleep(time.Hour)
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		require.Len(t, lines, 2)
		require.Contains(t, lines[0], "msg=progress bytes=39 of=100 rate=19 left=3s")
		require.Contains(t, lines[1], "msg=progress bytes=79 of=100 rate=20 left=1s")
	})
}

func TestProgressReport_silentForShortDownloads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		stop := transfer.NewProgress(randomSource(1)).Report(1, slog.New(slog.NewTextHandler(&log, nil)))
		time.Sleep(1900 * time.Millisecond)
		stop()
		synctest.Wait()
		require.Empty(t, log.String())
	})
}
