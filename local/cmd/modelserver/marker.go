package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// marker is the fetcher's record of its run.
type marker struct {
	Artifacts []artifact `json:"artifacts"`
	FetchedAt time.Time  `json:"fetchedAt"`
}

// artifact is a fetched artifact. All fields except ActualSHA256 come from the marker.
type artifact struct {
	Dest      string `json:"dest"`
	Source    string `json:"source"`
	Bytes     int64  `json:"bytes"`
	SHA256    string `json:"sha256"`
	Version   string `json:"version,omitempty"`
	Extracted bool   `json:"extracted,omitempty"`
	// ActualSHA256 is the digest of the file on disk. It is empty for an extracted archive, which is not kept on disk.
	ActualSHA256 string `json:"found,omitempty"`
}

// readMarker reads the fetcher's marker of a model, and computes the digest of each artifact. The marker is
// in the model's folder, or in the folder of the model's file. It returns nil if there is no marker.
func readMarker(model string) (*marker, error) {
	for _, dir := range []string{model, filepath.Dir(model)} {
		bytes, err := os.ReadFile(filepath.Join(dir, markerName))
		if errors.Is(err, fs.ErrNotExist) || isFile(dir) {
			continue
		}
		if err != nil {
			return nil, err
		}
		m := &marker{}
		if err := json.Unmarshal(bytes, m); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(dir, markerName), err)
		}
		for i := range m.Artifacts {
			a := &m.Artifacts[i]
			if a.Extracted {
				continue
			}
			if a.ActualSHA256, err = digest(filepath.Join(dir, filepath.FromSlash(a.Dest))); err != nil {
				return nil, err
			}
		}
		return m, nil
	}
	return nil, nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}
