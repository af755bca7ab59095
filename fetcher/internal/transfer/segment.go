package transfer

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/modelferry/modelferry/fetcher/internal/crc"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// Segment is a part of an object that was written to the file, with its checksum by SegmentAlgorithm.
type Segment struct {
	Offset int64  `json:"offset"`
	Length int64  `json:"length"`
	CRC    uint64 `json:"crc"`
}

// SegmentAlgorithm returns the algorithm for segments of an object with this checksum: the same one, or CRC32C if it
// has none.
func SegmentAlgorithm(stored crc.Checksum) crc.Algorithm {
	if stored.Known() {
		return stored.Algorithm
	}
	return crc.CRC32C
}

// normalizeSegments sorts segments by offset and drops those that overlap an earlier one or exceed size.
func normalizeSegments(segments []Segment, size int64) []Segment {
	sorted := slices.SortedFunc(slices.Values(segments), func(a, b Segment) int { return cmp.Compare(a.Offset, b.Offset) })
	end := int64(0)
	return slices.DeleteFunc(sorted, func(s Segment) bool {
		if s.Offset < end || s.Length <= 0 || s.Length > size-s.Offset {
			return true
		}
		end = s.Offset + s.Length
		return false
	})
}

// gaps returns the ranges of size bytes that no segment covers. The segments must be normalized.
func gaps(segments []Segment, size int64) []byteRange {
	var missing []byteRange
	end := int64(0)
	for _, s := range segments {
		if s.Offset > end {
			missing = append(missing, byteRange{offset: end, length: s.Offset - end})
		}
		end = s.Offset + s.Length
	}
	if end < size {
		missing = append(missing, byteRange{offset: end, length: size - end})
	}
	return missing
}

// combineCRCs returns the checksum of ordered segments without gaps.
func combineCRCs(algorithm crc.Algorithm, segments []Segment) uint64 {
	var sum uint64
	for _, s := range segments {
		sum = algorithm.Combine(sum, s.CRC, s.Length)
	}
	return sum
}

// VerifySegments reads the file and returns the segments whose checksum matches. After a crash the journal may list
// data that did not reach the disk.
func VerifySegments(ctx context.Context, file *os.File, object source.Object, segments []Segment) ([]Segment, error) {
	algorithm, buffer := SegmentAlgorithm(object.Checksum), make([]byte, copyBufferSize)
	var intact []Segment
	for _, s := range normalizeSegments(segments, object.Size) {
		var sum uint64
		remaining := s.Length
		section := io.NewSectionReader(file, s.Offset, s.Length)
		for {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			n, err := section.Read(buffer)
			remaining -= int64(n)
			sum = algorithm.Update(sum, buffer[:n])
			if err == io.EOF {
				break
			}
			if err != nil {
				return nil, fmt.Errorf("read back %d bytes at %d: %w", s.Length, s.Offset, err)
			}
		}
		if remaining == 0 && sum == s.CRC {
			intact = append(intact, s)
		}
	}
	return intact, nil
}
