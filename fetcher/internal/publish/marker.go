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

// Names of the fetcher's own in the model folder.
const (
	MarkerName    = ".modelferry.json"
	stagingFolder = ".modelferry-staging"
	// pendingMarkerName is the marker while it waits in the staging folder: it
	// says what a publication that was cut off may have left behind.
	pendingMarkerName = stagingFolder + "/marker.json"
)

// Marker says what a model folder holds. It is written last: a folder with a
// marker is complete.
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
	// Bytes, SHA256 and Checksum are those of the object, packed if it is an
	// archive. SHA256 is empty when none is pinned and the store has a
	// Checksum, such as "CRC32C e3069283", which was compared instead.
	Bytes    int64  `json:"bytes"`
	SHA256   string `json:"sha256,omitempty"`
	Checksum string `json:"checksum,omitempty"`
	// Version is the GCS generation or the S3 version id that was read;
	// empty in an S3 bucket that keeps no versions.
	Version string `json:"version,omitempty"`
	// Verified is the strongest check that the bytes passed: sha256 against
	// the pinned digest, crc against the store's own, or size.
	Verified  string `json:"verified"`
	Extracted bool   `json:"extracted"`
	// Files holds an archive's content, relative to Dest's folder.
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

// readMarker reads a marker or a journal; nil when there is none, or none
// that can be read: then nothing is known of the folder.
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
