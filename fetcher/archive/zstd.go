package archive

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// Magic numbers of zstd. https://datatracker.ietf.org/doc/html/rfc8878#section-3.1
const (
	zstdMagic = 0xfd2fb528
	// skippableMagic is that of frames with user data, without its last 4 bits. pzstd writes one before each frame.
	skippableMagic = 0x184d2a50
)

func isZstdFrame(magic []byte) bool {
	return len(magic) >= 4 && binary.LittleEndian.Uint32(magic) == zstdMagic
}

func isSkippableFrame(magic []byte) bool {
	return len(magic) >= 4 && binary.LittleEndian.Uint32(magic)&^0xf == skippableMagic
}

// zstdReader decompresses a sequence of frames.
type zstdReader struct {
	decoder *zstd.Decoder
	frames  *zstdFrames
}

func (z *zstdReader) Read(p []byte) (int, error) {
	n, err := z.decoder.Read(p)
	if err != nil {
		// The decoder takes a truncated header for the end.
		if broken := z.frames.failure(); broken != nil {
			err = broken
		}
	}
	return n, err
}

func (z *zstdReader) Close() error {
	z.decoder.Close()
	return nil
}

func (z *zstdReader) complete() bool {
	z.frames.mutex.Lock()
	defer z.frames.mutex.Unlock()
	return z.frames.count == 1 && z.frames.checksums == 1
}

// zstdFrames passes frames on to the decoder, which reads in a goroutine of its own. It reads their headers: it checks
// the window before the decoder allocates it, omits skippable frames, ignores zeros after the last frame, and counts
// frames and checksums.
type zstdFrames struct {
	r      *bufio.Reader
	limits Limits
	// rest is the number of bytes of the current header, block or checksum that were not passed on yet.
	rest     int64
	inFrame  bool
	checksum bool

	mutex            sync.Mutex
	count, checksums int
	err              error
}

func (f *zstdFrames) Read(p []byte) (int, error) {
	for f.rest == 0 {
		if err := f.next(); err != nil {
			f.mutex.Lock()
			defer f.mutex.Unlock()
			f.err = err
			return 0, err
		}
	}
	n, err := f.r.Read(p[:min(int64(len(p)), f.rest)])
	f.rest -= int64(n)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// failure returns the error of next, other than the end of the data.
func (f *zstdFrames) failure() error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if errors.Is(f.err, io.EOF) {
		return nil
	}
	return f.err
}

// next reads what follows: a frame's header, or a block's.
func (f *zstdFrames) next() error {
	if !f.inFrame {
		return f.nextFrame()
	}
	header, err := f.peek(3)
	if err != nil {
		return err
	}
	// https://datatracker.ietf.org/doc/html/rfc8878#section-3.1.1.2
	bits := int64(header[0]) | int64(header[1])<<8 | int64(header[2])<<16
	last, blockType, size := bits&1 == 1, bits>>1&3, bits>>3
	const runLength = 1
	if blockType == runLength {
		size = 1
	}
	f.rest = 3 + size
	if last {
		f.inFrame = false
		if f.checksum {
			f.rest += 4
		}
	}
	return nil
}

func (f *zstdFrames) nextFrame() error {
	magic, err := f.r.Peek(4)
	switch {
	case len(magic) == 0:
		return err
	case magic[0] == 0:
		return skipZeros(f.r)
	case isSkippableFrame(magic):
		header, err := f.peek(8)
		if err != nil {
			return err
		}
		_, err = io.CopyN(io.Discard, f.r, 8+int64(binary.LittleEndian.Uint32(header[4:])))
		return unexpectedEOF(err)
	case !isZstdFrame(magic):
		return errTrailingData
	}
	return f.frameHeader()
}

// frameHeader reads a header. https://datatracker.ietf.org/doc/html/rfc8878#section-3.1.1.1
func (f *zstdFrames) frameHeader() error {
	header, err := f.peek(5)
	if err != nil {
		return err
	}
	descriptor := header[4]
	singleSegment := descriptor>>5&1 == 1
	contentSizeBytes := []int{0, 2, 4, 8}[descriptor>>6]
	if singleSegment {
		contentSizeBytes = max(contentSizeBytes, 1)
	}
	dictionaryBytes := []int{0, 1, 2, 4}[descriptor&3]
	windowBytes := 1
	if singleSegment {
		windowBytes = 0
	}
	length := 5 + windowBytes + dictionaryBytes + contentSizeBytes
	if header, err = f.peek(length); err != nil {
		return err
	}
	var window uint64
	if singleSegment {
		var size [8]byte
		copy(size[:], header[length-contentSizeBytes:])
		window = binary.LittleEndian.Uint64(size[:])
		if contentSizeBytes == 2 {
			window += 256
		}
	} else {
		base := uint64(1) << (10 + header[5]>>3)
		window = base + base/8*uint64(header[5]&7)
	}
	if window > uint64(f.limits.MaxWindow) {
		return fetcherr.New(fetcherr.InvalidArchive, "unsafe archive: zstd needs a window of %d bytes, above the limit of %d",
			window, f.limits.MaxWindow).
			WithHint("compress with --long=27 or less, or raise FETCH_ARCHIVE_MAX_WINDOW and the container's memory")
	}
	if f.limits.ReserveMemory != nil {
		if err := f.limits.ReserveMemory(int64(window)); err != nil {
			return err
		}
	}
	f.inFrame, f.checksum, f.rest = true, descriptor>>2&1 == 1, int64(length)
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.count++
	if f.checksum {
		f.checksums++
	}
	return nil
}

func (f *zstdFrames) peek(n int) ([]byte, error) {
	bytes, err := f.r.Peek(n)
	return bytes, unexpectedEOF(err)
}

func unexpectedEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
