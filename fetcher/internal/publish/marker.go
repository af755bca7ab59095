package publish

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"time"

	"github.com/modelferry/modelferry/fetcher/archive"
)

// Names in the model folder that are reserved for the fetcher.
const (
	MarkerName    = ".modelferry.json"
	stagingFolder = ".modelferry-staging"
	// pendingMarkerName is the marker during a publication. It lists the files to remove if the publication is
	// interrupted.
	pendingMarkerName = stagingFolder + "/marker.json"
)

// Marker describes the content of a model folder. It is written last: a folder with a marker is complete.
type Marker struct {
	Artifacts []Record  `json:"artifacts"`
	FetchedAt time.Time `json:"fetchedAt"`
}

// Record is one published artifact.
type Record struct {
	// Dest is relative to the model folder.
	Dest string `json:"dest"`
	// Source is the object's URL.
	Source string `json:"source"`
	// Bytes, SHA256 and Checksum are those of the object: for an archive, before extraction. SHA256 is empty if none is
	// pinned and the store has a Checksum, such as "CRC32C e3069283".
	Bytes    int64  `json:"bytes"`
	SHA256   string `json:"sha256,omitempty"`
	Checksum string `json:"checksum,omitempty"`
	// Version is the GCS generation or the S3 version ID that was read. It is empty in an S3 bucket without versioning.
	Version string `json:"version,omitempty"`
	// Verified is the strongest check that passed: sha256 (the pinned digest), crc (the store's checksum) or size.
	Verified  string `json:"verified"`
	Extracted bool   `json:"extracted"`
	// Files lists an archive's content, relative to the folder of Dest.
	Files []archive.File `json:"files,omitempty"`
}

// paths returns the record's files, relative to the model folder.
func (r Record) paths() []string {
	if !r.Extracted {
		return []string{r.Dest}
	}
	paths := make([]string, len(r.Files))
	for i, file := range r.Files {
		paths[i] = path.Join(path.Dir(r.Dest), file.Path)
	}
	return paths
}

// readMarker returns nil if there is no marker or it cannot be parsed.
func readMarker(root *os.Root, name string) (*Marker, error) {
	text, err := root.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	}
	marker := new(Marker)
	if json.Unmarshal(text, marker) != nil {
		marker = nil
	}
	return marker, nil
}

func writeMarker(root *os.Root, name string, marker Marker) error {
	text, err := json.Marshal(marker)
	if err != nil {
		return fmt.Errorf("marker: %w", err)
	}
	return root.WriteFile(name, append(text, '\n'), 0o644)
}
