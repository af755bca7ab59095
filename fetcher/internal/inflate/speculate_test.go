package inflate

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// What expands a lot is decoded in order: a core ahead ends after speculativeLimit.
func TestSpeculation_limit(t *testing.T) {
	zeros := deflate(t, 9, make([]byte, 30<<20))
	require.Less(t, len(zeros), chunkSize)
	text := deflate(t, 6, slices.Concat(random(100), text(8<<20)))
	for name, packed := range map[string][]byte{"zeros": zeros, "text": text} {
		s := speculationPool.Get().(*speculation)
		s.run(packed, nil)
		size := s.markedEnd - historySize
		for _, f := range s.frames {
			size += f.end - f.begin
		}
		if name == "text" {
			require.Greater(t, s.end, s.begin)
			require.Greater(t, size, uint(speculativeLimit/2))
		}
		require.LessOrEqual(t, size, uint(speculativeLimit+windowSize), name)
		s.drop()
	}
}
