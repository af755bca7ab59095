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
	Verified  string `json:"verified,omitempty"`
	Signature string `json:"signature,omitempty"`
	// ActualSHA256 is the digest of the file on disk. It is empty for an extracted archive, which is not kept on disk.
	ActualSHA256 string `json:"found,omitempty"`
}

// verifyMarker reads the fetcher's marker of a model, and computes the digest of each artifact. It returns nil if there
// is no marker.
func verifyMarker(model string) (*marker, error) {
	m, dir, err := readMarker(model)
	if m == nil || err != nil {
		return nil, err
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

// readMarker reads the fetcher's marker of a model, without reading the artifacts, and returns its folder: that of the
// model, or of the model's file. It returns nil if there is no marker.
func readMarker(model string) (m *marker, folder string, err error) {
	for _, dir := range []string{model, filepath.Dir(model)} {
		bytes, err := os.ReadFile(filepath.Join(dir, markerName))
		if errors.Is(err, fs.ErrNotExist) || isFile(dir) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		m := &marker{}
		if err := json.Unmarshal(bytes, m); err != nil {
			return nil, "", fmt.Errorf("%s: %w", filepath.Join(dir, markerName), err)
		}
		return m, dir, nil
	}
	return nil, "", nil
}

// modelRecord returns the record of a model's file or folder. folder is that of the marker.
func (m *marker) modelRecord(folder, model string) (artifact, bool) {
	for _, a := range m.Artifacts {
		path := filepath.Join(folder, filepath.FromSlash(a.Dest))
		if a.Extracted {
			path = filepath.Dir(path)
		}
		if path == filepath.Clean(model) {
			return a, true
		}
	}
	return artifact{}, false
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}
