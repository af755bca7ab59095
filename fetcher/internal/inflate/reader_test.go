package inflate

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"runtime"
	"slices"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
)

func compress(tb testing.TB, level int, content []byte) []byte {
	tb.Helper()
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, level)
	require.NoError(tb, err)
	_, err = w.Write(content)
	require.NoError(tb, err)
	require.NoError(tb, w.Close())
	return packed.Bytes()
}

func readAll(src io.Reader) ([]byte, error) {
	r, err := NewReader(src)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// withProcs runs a test without the goroutine and with it.
func withProcs(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	for name, procs := range map[string]int{"one processor": 1, "two processors": 2} {
		t.Run(name, func(t *testing.T) {
			before := runtime.GOMAXPROCS(procs)
			defer runtime.GOMAXPROCS(before)
			test(t)
		})
	}
}

func TestReader_content(t *testing.T) {
	for _, s := range samples(400_000) {
		for _, level := range []int{0, 1, 6, 9, gzip.HuffmanOnly} {
			packed := compress(t, level, s.content)
			withProcs(t, func(t *testing.T) {
				for name, src := range map[string]io.Reader{
					"whole": bytes.NewReader(packed), "halves": iotest.HalfReader(bytes.NewReader(packed)),
					"data with the end": iotest.DataErrReader(bytes.NewReader(packed)),
				} {
					content, err := readAll(src)
					require.NoError(t, err, "%s, level %d, %s", s.name, level, name)
					require.True(t, bytes.Equal(s.content, content), "%s, level %d, %s", s.name, level, name)
				}
			})
		}
	}
}

func TestReader_sourceOfSingleBytes(t *testing.T) {
	for _, s := range samples(70_000) {
		for _, level := range []int{0, 6} {
			content, err := readAll(iotest.OneByteReader(bytes.NewReader(compress(t, level, s.content))))
			require.NoError(t, err)
			require.True(t, bytes.Equal(s.content, content), s.name)
		}
	}
}

// A reader of a connection must not wait for bytes after the end of the file.
func TestReader_readsNothingAfterTheTrailer(t *testing.T) {
	packed := compress(t, 6, []byte("content"))
	waits := errors.New("would wait")
	r, err := NewReader(io.MultiReader(bytes.NewReader(packed), iotest.ErrReader(waits)))
	require.NoError(t, err)
	defer r.Close()
	content := make([]byte, 100)
	n, err := r.Read(content)
	require.NoError(t, err)
	require.Equal(t, "content", string(content[:n]))
}

func TestReader_members(t *testing.T) {
	withProcs(t, func(t *testing.T) {
		long := weights(300_000)
		a, b, empty := compress(t, 6, long), compress(t, 0, []byte("b")), compress(t, 9, nil)
		packed := bytes.Join([][]byte{a, empty, b, a, empty}, nil)
		want := bytes.Join([][]byte{long, []byte("b"), long}, nil)
		for name, padding := range map[string]int{"no padding": 0, "one zero": 1, "a block of zeros": 100_000} {
			r, err := NewReader(bytes.NewReader(append(bytes.Clone(packed), make([]byte, padding)...)))
			require.NoError(t, err, name)
			content, err := io.ReadAll(r)
			require.NoError(t, err, name)
			require.True(t, bytes.Equal(want, content), name)
			require.Equal(t, 5, r.Members())
			require.NoError(t, r.Close())
		}
		for name, rest := range map[string][]byte{
			"text": []byte("text"), "text after zeros": []byte("\x00\x00text"), "the first half of the magic number": {0x1f, 'x'},
		} {
			content, err := readAll(bytes.NewReader(append(bytes.Clone(packed), rest...)))
			require.ErrorIs(t, err, ErrTrailingData, name)
			require.True(t, bytes.Equal(want, content), name)
		}
		for end := 1; end < len(b); end++ {
			_, err := readAll(bytes.NewReader(append(bytes.Clone(packed), b[:end]...)))
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		}
	})
}

// A match must not reach into the member before.
func TestReader_distanceIntoEarlierMember(t *testing.T) {
	first := compress(t, 6, []byte("first"))
	second := append([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0},
		new(bitWriter).fixed(1).fixedSymbol(257).code(0, 5).fixedSymbol(endOfBlock).bytes...)
	_, err := readAll(bytes.NewReader(append(first, append(second, make([]byte, 8)...)...)))
	require.ErrorIs(t, err, errTooFarBack)
}

func TestReader_headers(t *testing.T) {
	const flags = 3
	header := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}
	rest := compress(t, 6, []byte("content"))[headerSize:]
	file := func(flag byte, fields ...[]byte) []byte {
		packed := bytes.Clone(header)
		packed[flags] = flag
		packed = append(packed, bytes.Join(fields, nil)...)
		if flag&flagHeaderCRC != 0 {
			packed = binary.LittleEndian.AppendUint16(packed, uint16(crc32.ChecksumIEEE(packed)))
		}
		return append(packed, rest...)
	}
	extra, name, comment := []byte("\x03\x00abc"), []byte("model.tar\x00"), []byte("of 2026\x00")
	for _, packed := range [][]byte{
		file(0), file(1), file(flagExtra, extra), file(flagName, name), file(flagComment, comment), file(flagHeaderCRC),
		file(flagExtra|flagName|flagComment|flagHeaderCRC, extra, name, comment),
		file(flagName|flagHeaderCRC, append(bytes.Repeat([]byte("n"), 1000), 0)),
	} {
		content, err := readAll(bytes.NewReader(packed))
		require.NoError(t, err)
		require.Equal(t, "content", string(content))
		for end := range len(packed) - len(rest) {
			_, err := readAll(bytes.NewReader(packed[:end]))
			if end == 0 {
				require.Equal(t, io.EOF, err)
				continue
			}
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		}
	}
	for name, packed := range map[string][]byte{
		"other magic number": append([]byte("PK"), header[2:]...), "other method": {0x1f, 0x8b, 7, 0, 0, 0, 0, 0, 0, 0},
		"wrong checksum of the header": func() []byte {
			packed := file(flagHeaderCRC)
			packed[headerSize]++
			return packed
		}(),
	} {
		_, err := readAll(bytes.NewReader(packed))
		require.ErrorIs(t, err, ErrHeader, name)
	}
}

func TestReader_checksum(t *testing.T) {
	withProcs(t, func(t *testing.T) {
		for _, size := range []int{0, 10, 400_000} {
			packed := compress(t, 6, weights(size))
			for i := 1; i <= 8; i++ {
				broken := bytes.Clone(packed)
				broken[len(broken)-i] ^= 0x10
				for _, rest := range []string{"", string(packed), "x"} {
					content, err := readAll(bytes.NewReader(append(bytes.Clone(broken), rest...)))
					require.ErrorIs(t, err, ErrChecksum)
					require.Len(t, content, size)
				}
				_, err := readAll(bytes.NewReader(packed[:len(packed)-i]))
				require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			}
		}
	})
}

func TestReader_sourceFails(t *testing.T) {
	broken := errors.New("connection reset")
	withProcs(t, func(t *testing.T) {
		for _, level := range []int{0, 6} {
			packed := compress(t, level, weights(1<<20))
			for _, end := range []int{5, 20, 1000, 300_000, len(packed) - 4, len(packed)} {
				content, err := readAll(io.MultiReader(bytes.NewReader(packed[:end]), iotest.ErrReader(broken)))
				require.ErrorIs(t, err, broken, "after %d bytes", end)
				require.True(t, bytes.HasPrefix(weights(1<<20), content))
			}
		}
		_, err := readAll(io.MultiReader(bytes.NewReader(compress(t, 6, nil)[:12]), emptyReader{}))
		require.ErrorIs(t, err, io.ErrNoProgress)
	})
}

type emptyReader struct{}

func (emptyReader) Read([]byte) (int, error) { return 0, nil }

func TestReader_closedEarly(t *testing.T) {
	packed := compress(t, 6, weights(4<<20))
	before := runtime.NumGoroutine()
	withProcs(t, func(t *testing.T) {
		for _, length := range []int{0, 1, 100_000, 1 << 20} {
			r, err := NewReader(bytes.NewReader(packed))
			require.NoError(t, err)
			_, err = io.ReadFull(r, make([]byte, length))
			require.NoError(t, err)
			require.NoError(t, r.Close())
			require.NoError(t, r.Close())
			_, err = r.Read(make([]byte, 1))
			require.ErrorIs(t, err, io.ErrClosedPipe)
		}
	})
	// The goroutine has sent its last frame when Close returns, and then ends.
	for range 1000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}

// endless is a source that goes on forever after its first bytes.
type endless struct {
	first  *bytes.Reader
	repeat []byte
}

func (e *endless) Read(p []byte) (int, error) {
	if e.first.Len() > 0 {
		return e.first.Read(p)
	}
	n := 0
	for ; n+len(e.repeat) <= len(p); n += len(e.repeat) {
		copy(p[n:], e.repeat)
	}
	return n, nil
}

// The goroutine reads on though it has nothing to return.
func TestReader_closedBeforeEndlessInput(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	member, name := compress(t, 6, weights(200_000)), []byte{0x1f, 0x8b, 8, flagName, 0, 0, 0, 0, 0, 0}
	for kind, rest := range map[string]struct{ begin, repeat []byte }{
		"empty stored blocks": {compress(t, 6, nil)[:headerSize], []byte{0, 0, 0, 0xff, 0xff}},
		"empty members":       {nil, compress(t, 6, nil)},
		"a name":              {name, []byte("name")},
		"zeros":               {nil, make([]byte, 64)},
	} {
		t.Run(kind, func(t *testing.T) {
			r, err := NewReader(&endless{bytes.NewReader(slices.Concat(member, rest.begin)), rest.repeat})
			require.NoError(t, err)
			_, err = io.ReadFull(r, make([]byte, 150_000)) // ends before the last window with content
			require.NoError(t, err)
			require.NoError(t, r.Close())
		})
	}
}

// The memory is that of the decoder and of three windows, however long the file is, and is used again.
func TestReader_memory(t *testing.T) {
	buffer := make([]byte, 64<<10)
	read := func(packed []byte) func() {
		return func() {
			r, err := NewReader(bytes.NewReader(packed))
			require.NoError(t, err)
			defer r.Close()
			_, err = io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{r}, buffer)
			require.NoError(t, err)
		}
	}
	short, long := compress(t, 1, text(500_000)), compress(t, 1, text(3_000_000))
	withProcs(t, func(t *testing.T) {
		read(long)()
		require.InDelta(t, testing.AllocsPerRun(5, read(short)), testing.AllocsPerRun(5, read(long)), 2)
	})
}
