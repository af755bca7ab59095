package publish

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"time"

	"github.com/modelferry/modelferry/fetcher/archive"
)

// Names in the model folder that are reserved for the fetcher.
//
// The marker is a hidden file without a suffix, because model servers list the folder: KServe's take each file with a
// suffix of theirs, such as .json, for a model; Triton takes each folder, hidden or not; TorchServe takes neither;
// TensorFlow Serving takes folders with a number.
// https://github.com/kserve/kserve/blob/master/python/xgbserver/xgbserver/model.py
// https://github.com/triton-inference-server/core/blob/main/src/filesystem/implementations/local.h
// https://github.com/pytorch/serve/blob/master/frontend/server/src/main/java/org/pytorch/serve/ModelServer.java
const (
	MarkerName = ".modelferry"
	// formerMarkerName is the name of the marker in earlier versions.
	formerMarkerName = ".modelferry.json"
	stagingFolder    = ".modelferry-staging"
	// pendingMarkerName is the marker during a publication. It lists the files to remove if the publication is
	// interrupted.
	pendingMarkerName = stagingFolder + "/marker.json"
)

// Marker describes the content of a model folder. It is written last: a folder with a marker is complete.
type Marker struct {
	Artifacts []Record  `json:"artifacts"`
	FetchedAt time.Time `json:"fetchedAt"`
	// CreatedFolders are the folders that the fetcher created, relative to the model folder, parents first. It is nil
	// in a marker of an earlier version.
	CreatedFolders []string `json:"createdFolders"`
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
	// Signature is how the signature was verified, such as by key, and SignedBy whom it had to be from: see
	// request.Signature. They are empty if no signature was required.
	Signature string `json:"signature,omitempty"`
	SignedBy  string `json:"signedBy,omitempty"`
	// Encoding is the object's Content-Encoding, which was undone. DigestOf is the content that a pinned SHA256 is of:
	// "stored" or "decoded". Decoded is the published file of an object that is not an archive.
	Encoding string        `json:"encoding,omitempty"`
	DigestOf string        `json:"digestOf,omitempty"`
	Decoded  *archive.File `json:"decoded,omitempty"`
	// Files lists an archive's content, relative to the folder of Dest.
	Files []archive.File `json:"files,omitempty"`
	// Folders lists the folders that have an entry in the archive, relative to the folder of Dest. They may be empty:
	// Triton needs the version folder of an ensemble.
	Folders []string `json:"folders,omitempty"`
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

// folders returns the folders that the record needs, relative to the model folder, parents first.
func (r Record) folders() []string {
	needed := map[string]bool{}
	add := func(dir string) {
		for ; dir != "." && !needed[dir]; dir = path.Dir(dir) {
			needed[dir] = true
		}
	}
	for _, name := range r.paths() {
		add(path.Dir(name))
	}
	for _, name := range r.Folders {
		add(path.Join(path.Dir(r.Dest), name))
	}
	return slices.Sorted(maps.Keys(needed))
}

// createdFolders returns the folders to remove together with the files, parents first.
func (m *Marker) createdFolders() []string {
	switch {
	case m == nil:
		return nil
	case m.CreatedFolders != nil:
		return m.CreatedFolders
	}
	var folders []string
	for _, record := range m.Artifacts {
		folders = append(folders, record.folders()...)
	}
	slices.Sort(folders)
	return slices.Compact(folders)
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
