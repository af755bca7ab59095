// Package journal records, beside a staged artifact, which parts of it were downloaded. After an interruption the next
// run in the same volume downloads only the rest. The journal is not trusted: readers verify every byte against its
// checksums.
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

// Content is the content of a journal.
type Content struct {
	// Segments are the parts of a file that were downloaded.
	Segments []transfer.Segment
	// Archive is an archive that was extracted and verified, or nil.
	Archive *publish.StagedArtifact
}

// record is one line of a journal. The first line identifies the object. A truncated line ends the journal.
type record struct {
	Object  *source.Object          `json:"object,omitempty"`
	Segment *transfer.Segment       `json:"segment,omitempty"`
	Archive *publish.StagedArtifact `json:"archive,omitempty"`
}

// Read returns the content of a journal. It is empty if there is no journal, or if it belongs to another object or
// version.
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

// Journal is a journal that is being written. The zero value writes nothing.
type Journal struct {
	file  *os.File
	lines *json.Encoder
}

// Create starts a new journal with the segments that the file already contains.
func Create(root *os.Root, name string, object source.Object, segments []transfer.Segment) (*Journal, error) {
	file, err := root.Create(name)
	if err != nil {
		return nil, err
	}
	j := &Journal{file: file, lines: json.NewEncoder(file)}
	err = j.lines.Encode(record{Object: &object})
	for _, segment := range segments {
		err = errors.Join(err, j.lines.Encode(record{Segment: &segment}))
	}
	if err != nil {
		return nil, fmt.Errorf("journal: %w", errors.Join(err, file.Close()))
	}
	return j, nil
}

// AddSegment records a segment that was written to the file. A failure is ignored: the segment is then downloaded
// again.
func (j *Journal) AddSegment(segment transfer.Segment) {
	if j.lines != nil {
		_ = j.lines.Encode(record{Segment: &segment})
	}
}

// AddArchive records an archive that was extracted and verified.
func (j *Journal) AddArchive(staged publish.StagedArtifact) {
	if j.lines != nil {
		_ = j.lines.Encode(record{Archive: &staged})
	}
}

// Close closes the file.
func (j *Journal) Close() error {
	if j.file == nil {
		return nil
	}
	return j.file.Close()
}
