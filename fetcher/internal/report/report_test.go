package report_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/report"
)

func TestSummaryWithResult_outcomeAndExitCode(t *testing.T) {
	summary := report.Summary{Outcome: "done", Artifacts: []report.Artifact{{Dest: "m"}}}
	done := summary.WithResult(nil, 1234567*time.Microsecond)
	require.Equal(t, "done", done.Outcome)
	require.Equal(t, 0, done.ExitCode)
	require.InDelta(t, 1.235, done.Seconds, 1e-9)

	failed := summary.WithResult(fmt.Errorf("m: %w", fetcherr.New(fetcherr.NotFound, "no such object")), time.Second)
	require.Equal(t, report.Summary{Outcome: "not found", ExitCode: 4, Message: "m: no such object", Seconds: 1}, failed)

	require.Equal(t, 8, summary.WithResult(context.DeadlineExceeded, 0).ExitCode)
	require.Equal(t, 143, summary.WithResult(context.Canceled, 0).ExitCode)
}

// Kubernetes cuts a termination message at 4096 bytes, JSON or not.
func TestSummaryJSON_fitsTerminationMessage(t *testing.T) {
	tests := []struct {
		name    string
		summary report.Summary
		check   func(t *testing.T, got report.Summary)
	}{
		{"many artifacts", report.Summary{Outcome: "done", Artifacts: artifacts(300)}, func(t *testing.T, got report.Summary) {
			t.Helper()
			require.Equal(t, 300, len(got.Artifacts)+got.Omitted)
			require.Greater(t, len(got.Artifacts), 10)
			require.Equal(t, "a-0", got.Artifacts[0].Dest)
		}},
		{"a long message", report.Summary{Message: strings.Repeat("why ", 3000)}, func(t *testing.T, got report.Summary) {
			t.Helper()
			require.True(t, strings.HasPrefix(got.Message, "why why"))
			require.True(t, strings.HasSuffix(got.Message, "…"))
			require.Greater(t, len(got.Message), 3800)
		}},
		{"a long message of wide characters", report.Summary{Message: strings.Repeat("ü", 5000)}, func(t *testing.T, got report.Summary) {
			t.Helper()
			require.True(t, utf8.ValidString(got.Message))
			require.NotContains(t, got.Message, "\ufffd")
		}},
		{"a message that JSON makes longer", report.Summary{Message: strings.Repeat("\x01", 4000)}, func(t *testing.T, got report.Summary) {
			t.Helper()
			require.NotEmpty(t, got.Message)
		}},
		{"a long folder", report.Summary{Folder: strings.Repeat("/f", 4000), Message: "why"}, func(*testing.T, report.Summary) {}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := tt.summary.JSON()
			require.LessOrEqual(t, len(text), report.MaxTerminationMessage)
			require.NotContains(t, string(text), "\n")
			var got report.Summary
			require.NoError(t, json.Unmarshal(text, &got))
			tt.check(t, got)
		})
	}
}

func artifacts(n int) []report.Artifact {
	all := make([]report.Artifact, n)
	for i := range all {
		all[i] = report.Artifact{Dest: fmt.Sprintf("a-%d", i), Source: "s3://bucket/key", SHA256: strings.Repeat("0", 64)}
	}
	return all
}

func TestWrite_lastLogLineAndTerminationMessage(t *testing.T) {
	var stderr bytes.Buffer
	name := filepath.Join(t.TempDir(), "termination")
	require.NoError(t, os.WriteFile(name, []byte(strings.Repeat("message of the previous container ", 50)), 0o644))
	summary := report.Summary{Outcome: "not found", ExitCode: 4, Message: "m: none"}
	require.NoError(t, report.Write(report.NewLogger(&stderr), name, summary))
	message, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, string(summary.JSON())+"\n", string(message))
	var line struct {
		Level   string
		Summary report.Summary
	}
	require.NoError(t, json.Unmarshal(stderr.Bytes(), &line))
	require.Equal(t, "ERROR", line.Level)
	require.Equal(t, summary, line.Summary)
}

func TestWrite_unwritableTerminationLog(t *testing.T) {
	err := report.Write(report.NewLogger(&bytes.Buffer{}), t.TempDir(), report.Summary{})
	require.ErrorContains(t, err, "termination message")
}
