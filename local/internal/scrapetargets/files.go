package scrapetargets

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Files that Write writes. Whether labels are honored is a setting of a scrape configuration, not of a target, so each
// of the two has a file of its own.
const (
	TargetsFile        = "targets.json"
	HonoredTargetsFile = "targets-honor-labels.json"
)

// Write writes the files of the targets to a folder. A file that has not changed is not written.
func Write(dir string, targets []Target) error {
	// A list that is null would be an error of Prometheus.
	files := map[string][]Target{TargetsFile: {}, HonoredTargetsFile: {}}
	for _, t := range targets {
		name := TargetsFile
		if t.HonorLabels {
			name = HonoredTargetsFile
		}
		files[name] = append(files[name], t)
	}
	for name, targets := range files {
		content, err := json.MarshalIndent(targets, "", "  ")
		if err != nil {
			return fmt.Errorf("targets: %w", err)
		}
		path := filepath.Join(dir, name)
		if previous, err := os.ReadFile(path); err == nil && bytes.Equal(previous, content) {
			continue
		}
		// Prometheus sees the change of the name, and never half a file.
		if err := os.WriteFile(path+".next", content, 0o644); err != nil {
			return fmt.Errorf("targets: %w", err)
		}
		if err := os.Rename(path+".next", path); err != nil {
			return fmt.Errorf("targets: %w", err)
		}
	}
	return nil
}
