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

// Segment is a run of an object's bytes that have come, with their checksum.
// Its algorithm is that of the object's own, or CRC32C where it has none.
type Segment struct {
	Offset int64  `json:"offset"`
	Length int64  `json:"length"`
	CRC    uint64 `json:"crc"`
}

// SegmentAlgorithm is what stretches of an object with this checksum are summed by.
func SegmentAlgorithm(stored crc.Checksum) crc.Algorithm {
	if stored.Known() {
		return stored.Algorithm
	}
	return crc.CRC32C
}

// normalizeSegments sorts stretches by their offset and leaves out what overlaps one
// before it or reaches beyond size.
func normalizeSegments(stretches []Segment, size int64) []Segment {
	sorted := slices.SortedFunc(slices.Values(stretches), func(a, b Segment) int { return cmp.Compare(a.Offset, b.Offset) })
	end := int64(0)
	return slices.DeleteFunc(sorted, func(s Segment) bool {
		if s.Offset < end || s.Length <= 0 || s.Length > size-s.Offset {
			return true
		}
		end = s.Offset + s.Length
		return false
	})
}

// gaps are the spans of size bytes that no stretch covers; the stretches
// are ordered.
func gaps(stretches []Segment, size int64) []byteRange {
	var missing []byteRange
	end := int64(0)
	for _, s := range stretches {
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

// combineCRCs puts the checksums of ordered stretches, without holes, together.
func combineCRCs(algorithm crc.Algorithm, stretches []Segment) uint64 {
	var sum uint64
	for _, s := range stretches {
		sum = algorithm.Combine(sum, s.CRC, s.Length)
	}
	return sum
}

// VerifySegments returns those of the stretches whose bytes are in the file, every one
// read again: a crash may have kept a note of what never reached the disk.
func VerifySegments(ctx context.Context, file *os.File, object source.Object, stretches []Segment) ([]Segment, error) {
	algorithm, buffer := SegmentAlgorithm(object.Checksum), make([]byte, copyBufferSize)
	var intact []Segment
	for _, s := range normalizeSegments(stretches, object.Size) {
		var sum uint64
		left := s.Length
		section := io.NewSectionReader(file, s.Offset, s.Length)
		for {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			n, err := section.Read(buffer)
			left -= int64(n)
			sum = algorithm.Update(sum, buffer[:n])
			if err == io.EOF {
				break
			}
			if err != nil {
				return nil, fmt.Errorf("read back %d bytes at %d: %w", s.Length, s.Offset, err)
			}
		}
		if left == 0 && sum == s.CRC {
			intact = append(intact, s)
		}
	}
	return intact, nil
}
