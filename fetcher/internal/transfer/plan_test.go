package transfer

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestNewPlan_dividesGapsIntoParts(t *testing.T) {
	const mib = 1 << 20
	tests := []struct {
		name    string
		missing []byteRange
		workers int
		want    []int64
	}{
		{"a small file is one part", []byteRange{{0, 5}}, 8, []int64{5}},
		{"equal parts for all workers", []byteRange{{0, 128 * mib}}, 4, []int64{32 * mib, 32 * mib, 32 * mib, 32 * mib}},
		{"parts are not shorter than minPartLength", []byteRange{{0, 24 * mib}}, 8, []int64{8 * mib, 8 * mib, 8 * mib}},
		{"parts are not longer than maxPartLength", []byteRange{{0, 192 * mib}}, 2, []int64{maxPartLength, maxPartLength, maxPartLength}},
		{"each gap is a part", []byteRange{{100, 5}, {300, 7}}, 8, []int64{5, 7}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var lengths []int64
			for _, part := range newPlan(tt.missing, tt.workers, 8*mib, notThrottled).parts {
				lengths = append(lengths, part.end-part.offset)
			}
			require.Equal(t, tt.want, lengths)
		})
	}
}

func TestPlanNextPart_splitsSlowestPart(t *testing.T) {
	p := newPlan([]byteRange{{0, 300}}, 3, 10, notThrottled)
	slow, _ := p.nextPart()
	fast, _ := p.nextPart()
	third, _ := p.nextPart()
	p.claim(slow, 20)
	p.claim(third, 85)
	require.Equal(t, 100, p.claim(fast, 1000))
	require.True(t, p.markWritten(fast))

	half, requested := p.nextPart()
	require.Equal(t, byteRange{offset: 60, length: 40}, requested)
	require.Equal(t, 40, p.claim(slow, 1000), "the second half now belongs to another worker")
	require.True(t, p.markWritten(slow))
	p.claim(half, 25)
	none, _ := p.nextPart()
	require.Nil(t, none, "15 bytes are not worth two requests of 10")
}

// Whatever the order of the workers, each missing byte is claimed once, and writtenUntil covers only written bytes.
func TestPlan_everyByteClaimedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(1, 5000).Draw(t, "size")
		var existing []Segment
		for range rapid.IntRange(0, 4).Draw(t, "segments") {
			existing = append(existing, Segment{
				Offset: rapid.Int64Range(0, size).Draw(t, "offset"),
				Length: rapid.Int64Range(0, size).Draw(t, "length"),
			})
		}
		existing = normalizeSegments(existing, size)
		workers := rapid.IntRange(1, 5).Draw(t, "workers")
		p := newPlan(gaps(existing, size), workers, rapid.Int64Range(1, 500).Draw(t, "minPartLength"), notThrottled)
		claims := make([]int, size)
		for _, s := range existing {
			for i := s.Offset; i < s.Offset+s.Length; i++ {
				claims[i]++
			}
		}
		busy := make([]*part, workers)
		offsets := make([]int64, workers)
		for idle := 0; idle < workers; {
			w := rapid.IntRange(0, workers-1).Draw(t, "worker")
			if busy[w] == nil {
				var requested byteRange
				if busy[w], requested = p.nextPart(); busy[w] == nil {
					idle++ // it is drawn again if others are still busy
					continue
				}
				offsets[w] = requested.offset
			}
			idle = 0
			n := int64(p.claim(busy[w], rapid.IntRange(1, 300).Draw(t, "bytes")))
			for i := offsets[w]; i < offsets[w]+n; i++ {
				claims[i]++
			}
			offsets[w] += n
			complete := p.markWritten(busy[w])
			until := p.writtenUntil(0, size)
			for i := range until {
				require.Equal(t, 1, claims[i], "byte %d of the %d reported as written", i, until)
			}
			if complete {
				busy[w] = nil
			}
		}
		for w := range workers { // workers that were not drawn again
			for busy[w] != nil {
				n := int64(p.claim(busy[w], 1000))
				for i := offsets[w]; i < offsets[w]+n; i++ {
					claims[i]++
				}
				offsets[w] += n
				if p.markWritten(busy[w]) {
					busy[w], _ = p.nextPart()
					if busy[w] != nil {
						offsets[w] = busy[w].offset
					}
				}
			}
		}
		for i, n := range claims {
			require.Equal(t, 1, n, i)
		}
		require.Equal(t, size, p.writtenUntil(0, size))
	})
}

func notThrottled() bool { return false }

func TestPlan_putBackJoinsParts(t *testing.T) {
	throttled := false
	p := newPlan([]byteRange{{0, 64}, {100, 8}}, 8, 8, func() bool { return throttled })
	require.Len(t, p.parts, 9)
	var started []*part
	for range 9 {
		part, _ := p.nextPart()
		started = append(started, part)
	}
	throttled = true
	busy := started[2]
	for _, part := range started {
		if part != busy {
			p.putBack(part)
		}
	}
	var got []byteRange
	for part, requested := p.nextPart(); part != nil; part, requested = p.nextPart() {
		got = append(got, requested)
	}
	want := []byteRange{{0, busy.offset}, {busy.end, 64 - busy.end}, {100, 8}}
	require.Equal(t, want, got, "the busy part is not divided, and no part is in two gaps")
}
