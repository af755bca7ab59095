// Package journal keeps, beside an artifact that is being staged, what of it
// has come. A run that was cut off leaves it behind, and the next one in the
// same volume fetches the rest only. Nothing in it is trusted: who reads it
// compares every byte with the checksum that stands there.
package journal

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/modelferry/modelferry/fetcher/internal/publish"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/internal/transfer"
)

// Content is what a journal says of an object that was being staged.
type Content struct {
	// Segments are a file's bytes that had come.
	Segments []transfer.Segment
	// Archive is an archive that was unpacked and verified, nil for none.
	Archive *publish.StagedArtifact
}

// record is one entry. The first of a journal holds the object; a line that the
// end of its writer cut off is the last.
type record struct {
	Object  *source.Object          `json:"object,omitempty"`
	Segment *transfer.Segment       `json:"segment,omitempty"`
	Archive *publish.StagedArtifact `json:"archive,omitempty"`
}

// Read returns what the journal of that name says of the object. It says
// nothing when there is none, or when it is of another object or version.
func Read(root *os.Root, name string, object source.Object) (Content, error) {
	file, err := root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return Content{}, nil
	}
	if err != nil {
		return Content{}, err
	}
	defer file.Close()
	lines := json.NewDecoder(bufio.NewReader(file))
	var content Content
	for first := true; ; first = false {
		var entry record
		if lines.Decode(&entry) != nil {
			return content, nil
		}
		switch {
		case first && (entry.Object == nil || *entry.Object != object):
			return Content{}, nil
		case entry.Segment != nil:
			content.Segments = append(content.Segments, *entry.Segment)
		case entry.Archive != nil:
			content.Archive = entry.Archive
		}
	}
}

// Journal is one that is being written. The zero value writes nothing.
type Journal struct {
	file  *os.File
	lines *json.Encoder
}

// Create begins the journal of that name anew, with the stretches that the
// file holds already.
func Create(root *os.Root, name string, object source.Object, segments []transfer.Segment) (*Journal, error) {
	file, err := root.Create(name)
	if err != nil {
		return nil, err
	}
	j := &Journal{file: file, lines: json.NewEncoder(file)}
	err = j.lines.Encode(record{Object: &object})
	for _, stretch := range segments {
		err = errors.Join(err, j.lines.Encode(record{Segment: &stretch}))
	}
	if err != nil {
		return nil, fmt.Errorf("journal: %w", errors.Join(err, file.Close()))
	}
	return j, nil
}

// AddSegment adds a stretch that is in the file now. One that cannot be noted will
// be fetched again, should this run be cut off: nothing else hangs on it.
func (j *Journal) AddSegment(stretch transfer.Segment) {
	if j.lines != nil {
		_ = j.lines.Encode(record{Segment: &stretch})
	}
}

// AddArchive adds an archive that is unpacked and verified.
func (j *Journal) AddArchive(staged publish.StagedArtifact) {
	if j.lines != nil {
		_ = j.lines.Encode(record{Archive: &staged})
	}
}

// Close ends the writing.
func (j *Journal) Close() error {
	if j.file == nil {
		return nil
	}
	return j.file.Close()
}
