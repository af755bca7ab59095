package report

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
)

// DefaultTerminationLog is the container's terminationMessagePath by default.
const DefaultTerminationLog = "/dev/termination-log"

// NewLogger returns a logger that writes JSON lines to w.
func NewLogger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, nil))
}

// Write logs the summary as the last line and writes it to the termination log. An empty name means
// DefaultTerminationLog, which is written only if it exists: outside a pod it does not.
func Write(log *slog.Logger, name string, summary Summary) error {
	text := summary.JSON()
	level := slog.LevelInfo
	if summary.ExitCode != 0 {
		level = slog.LevelError
	}
	log.Log(context.Background(), level, "summary", "summary", json.RawMessage(text))
	flags := os.O_WRONLY | os.O_TRUNC
	if name != "" {
		flags |= os.O_CREATE
	} else if name = DefaultTerminationLog; !fileExists(name) {
		return nil
	}
	file, err := os.OpenFile(name, flags, 0o644)
	if err != nil {
		return fmt.Errorf("termination message: %w", err)
	}
	if _, err := file.Write(append(text, '\n')[:min(len(text)+1, MaxTerminationMessage)]); err != nil {
		return fmt.Errorf("termination message: %w", errors.Join(err, file.Close()))
	}
	return file.Close()
}

func fileExists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
