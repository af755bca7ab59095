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

// Stretch is a run of an object's bytes that have come, with their checksum.
// Its algorithm is that of the object's own, or CRC32C where it has none.
type Stretch struct {
	Offset int64  `json:"offset"`
	Length int64  `json:"length"`
	CRC    uint64 `json:"crc"`
}

// Algorithm is what stretches of an object with this checksum are summed by.
func Algorithm(own crc.Checksum) crc.Algorithm {
	if own.Known() {
		return own.Algorithm
	}
	return crc.CRC32C
}

// ordered sorts stretches by their offset and leaves out what overlaps one
// before it or reaches beyond size.
func ordered(stretches []Stretch, size int64) []Stretch {
	sorted := slices.SortedFunc(slices.Values(stretches), func(a, b Stretch) int { return cmp.Compare(a.Offset, b.Offset) })
	at := int64(0)
	return slices.DeleteFunc(sorted, func(s Stretch) bool {
		if s.Offset < at || s.Length <= 0 || s.Length > size-s.Offset {
			return true
		}
		at = s.Offset + s.Length
		return false
	})
}

// holes are the spans of size bytes that no stretch covers; the stretches
// are ordered.
func holes(stretches []Stretch, size int64) []span {
	var all []span
	at := int64(0)
	for _, s := range stretches {
		if s.Offset > at {
			all = append(all, span{offset: at, length: s.Offset - at})
		}
		at = s.Offset + s.Length
	}
	if at < size {
		all = append(all, span{offset: at, length: size - at})
	}
	return all
}

// combine puts the checksums of ordered stretches, without holes, together.
func combine(algorithm crc.Algorithm, stretches []Stretch) uint64 {
	var whole uint64
	for _, s := range stretches {
		whole = algorithm.Combine(whole, s.CRC, s.Length)
	}
	return whole
}

// Verify returns those of the stretches whose bytes are in the file, every one
// read again: a crash may have kept a note of what never reached the disk.
func Verify(ctx context.Context, file *os.File, object source.Object, stretches []Stretch) ([]Stretch, error) {
	algorithm, buffer := Algorithm(object.Checksum), make([]byte, chunk)
	var sound []Stretch
	for _, s := range ordered(stretches, object.Size) {
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
			sound = append(sound, s)
		}
	}
	return sound, nil
}
