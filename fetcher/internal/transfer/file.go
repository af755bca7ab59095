package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/modelferry/modelferry/fetcher/internal/crc"
	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// copyBufferSize is the size of a worker's buffer. 64 of them need 16 MiB.
const copyBufferSize = 256 << 10

// FileOptions control the download to a file.
type FileOptions struct {
	// Parallel is the number of concurrent ranges.
	Parallel int
	// MinRange is the size in bytes of the smallest range worth a request. A segment has at least this size, unless it
	// ends a part.
	MinRange int64
	// SHA256 requests the SHA-256, which takes more CPU time than everything else.
	SHA256 bool
	// Hash receives the whole content in order, or nil.
	Hash io.Writer
	// Existing are the verified segments that the file already contains.
	Existing []Segment
	// Throttling is that of the source, or nil. When the store throttles requests, parts are as long as possible.
	Throttling *Throttling
	// OnSegment is called for each segment written to the file, never concurrently. It may be nil.
	OnSegment func(Segment)
}

// File writes the object to the file, except the existing segments, and returns the digest of the whole object. Memory
// does not depend on the object's size. A sequential object is written from its start to its end: existing segments are
// downloaded again.
func File(ctx context.Context, src source.Source, object source.Object, file *os.File, options FileOptions) (Digest, error) {
	if object.Sequential {
		options.Parallel, options.Existing, options.OnSegment = 1, nil, nil
	}
	f := &fileDownload{source: src, object: object, file: file, options: options, algorithm: SegmentAlgorithm(object.Checksum)}
	f.segments = normalizeSegments(options.Existing, object.Size)
	f.plan = newPlan(gaps(f.segments, object.Size), options.Parallel, options.MinRange, options.Throttling.Throttled)
	if object.Sequential {
		f.plan = newSequentialPlan(object.Size)
	}
	group, ctx := errgroup.WithContext(ctx)
	for range min(options.Parallel, len(f.plan.parts)) {
		group.Go(func() error { return f.fetchParts(ctx) })
	}
	var digest Digest
	if options.SHA256 || options.Hash != nil {
		group.Go(func() (err error) {
			stop := context.AfterFunc(ctx, f.plan.cancel)
			defer stop()
			digest.SHA256, err = f.hashWritten(ctx)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return Digest{}, err
	}
	digest.CRC = combineCRCs(f.algorithm, normalizeSegments(f.segments, object.Size))
	return digest, nil
}

// fileDownload is the state of one File call.
type fileDownload struct {
	source    source.Source
	object    source.Object
	file      *os.File
	options   FileOptions
	plan      *plan
	algorithm crc.Algorithm

	mutex    sync.Mutex
	segments []Segment
}

// fetchParts downloads parts until none is left.
func (f *fileDownload) fetchParts(ctx context.Context) error {
	buffer := make([]byte, copyBufferSize)
	refusals := 0
	for {
		part, requested := f.plan.nextPart()
		if part == nil {
			return nil
		}
		err := f.fetchPart(ctx, part, requested, buffer)
		switch {
		case err == nil:
			refusals = 0
		case f.options.Throttling == nil, !fetcherr.IsThrottled(err), ctx.Err() != nil:
			return err
		default:
			f.plan.putBack(part)
			if Sleep(ctx, f.options.Throttling.delay(refusals, err)) != nil {
				return err // says more than the cancelled wait
			}
			refusals++
		}
	}
}

// fetchPart downloads a part and writes it to the file at its offset.
func (f *fileDownload) fetchPart(ctx context.Context, part *part, requested byteRange, buffer []byte) error {
	body, err := openOnce(ctx, func(ctx context.Context) (io.ReadCloser, error) {
		return f.source.Read(ctx, f.object, requested.offset, requested.length)
	})
	if err != nil {
		return err
	}
	defer body.Close()
	segment := Segment{Offset: requested.offset}
	for {
		n, err := body.Read(buffer)
		if n > 0 {
			data, offset := buffer[:f.plan.claim(part, n)], segment.Offset+segment.Length
			if _, err := f.file.WriteAt(data, offset); err != nil {
				return fmt.Errorf("write %d bytes at %d: %w", len(data), offset, err)
			}
			segment.CRC = f.algorithm.Update(segment.CRC, data)
			segment.Length += int64(len(data))
			complete := f.plan.markWritten(part)
			if complete || segment.Length >= f.options.MinRange {
				f.addSegment(segment)
				segment = Segment{Offset: segment.Offset + segment.Length}
			}
			if complete {
				return nil
			}
		}
		if err == io.EOF {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
	}
}

func (f *fileDownload) addSegment(segment Segment) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.segments = append(f.segments, segment)
	if f.options.OnSegment != nil {
		f.options.OnSegment(segment)
	}
}

// hashWritten hashes the file while it is written, always up to the first gap. The data is still in the page cache, and
// little is left to hash at the end of the download.
func (f *fileDownload) hashWritten(ctx context.Context) (string, error) {
	hash := sha256.New()
	buffer := make([]byte, copyBufferSize)
	for done := int64(0); done < f.object.Size; {
		ready, ok := f.plan.waitWritten(done, f.object.Size)
		if !ok {
			return "", context.Cause(ctx)
		}
		n := min(ready-done, int64(len(buffer)))
		if _, err := f.file.ReadAt(buffer[:n], done); err != nil {
			return "", fmt.Errorf("read back %d bytes at %d: %w", n, done, err)
		}
		hash.Write(buffer[:n])
		if f.options.Hash != nil {
			if _, err := f.options.Hash.Write(buffer[:n]); err != nil {
				return "", err
			}
		}
		done += n
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
