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
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// chunk is how much is copied at once: large enough that system calls do not
// show, small enough that 64 ranges stay within a few MiB.
const chunk = 256 << 10

// Cut says how a file's object is read.
type Cut struct {
	// Parallel is how many ranges are read at once.
	Parallel int
	// Least is the shortest range worth a request, in bytes; after as many a
	// stretch is noted.
	Least int64
	// SHA256 asks for the digest. It takes a core longer than all the rest.
	SHA256 bool
	// Have is what the file holds already.
	Have []Stretch
	// Note is told of each stretch that is in the file, one at a time; may be nil.
	Note func(Stretch)
}

// File writes the object's bytes to the file, but for those that it has, and
// returns what all of them came to. Memory does not depend on the object's size.
func File(ctx context.Context, src source.Source, object source.Object, file *os.File, cut Cut) (Digest, error) {
	f := &filing{source: src, object: object, file: file, cut: cut, algorithm: Algorithm(object.Checksum)}
	f.have = ordered(cut.Have, object.Size)
	f.plan = newPlan(holes(f.have, object.Size), cut.Parallel, cut.Least)
	group, ctx := errgroup.WithContext(ctx)
	for range min(cut.Parallel, len(f.plan.parts)) {
		group.Go(func() error { return f.work(ctx) })
	}
	var digest Digest
	if cut.SHA256 {
		group.Go(func() (err error) {
			stop := context.AfterFunc(ctx, f.plan.abandon)
			defer stop()
			digest.SHA256, err = f.follow(ctx)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return Digest{}, err
	}
	digest.CRC = combine(f.algorithm, ordered(f.have, object.Size))
	return digest, nil
}

// filing is an object on its way into a file.
type filing struct {
	source    source.Source
	object    source.Object
	file      *os.File
	cut       Cut
	plan      *plan
	algorithm crc.Algorithm

	mutex sync.Mutex
	have  []Stretch
}

// work brings part after part, with one buffer.
func (f *filing) work(ctx context.Context) error {
	buffer := make([]byte, chunk)
	for {
		part, asked := f.plan.next()
		if part == nil {
			return nil
		}
		if err := f.bring(ctx, part, asked, buffer); err != nil {
			return err
		}
	}
}

// bring writes a part to its place in the file.
func (f *filing) bring(ctx context.Context, part *part, asked span, buffer []byte) error {
	body, err := f.source.Read(ctx, f.object, asked.offset, asked.length)
	if err != nil {
		return err
	}
	defer body.Close()
	stretch := Stretch{Offset: asked.offset}
	for {
		n, err := body.Read(buffer)
		if n > 0 {
			mine, at := buffer[:f.plan.take(part, n)], stretch.Offset+stretch.Length
			if _, err := f.file.WriteAt(mine, at); err != nil {
				return fmt.Errorf("write %d bytes at %d: %w", len(mine), at, err)
			}
			stretch.CRC = f.algorithm.Update(stretch.CRC, mine)
			stretch.Length += int64(len(mine))
			whole := f.plan.wrote(part)
			if whole || stretch.Length >= f.cut.Least {
				f.add(stretch)
				stretch = Stretch{Offset: stretch.Offset + stretch.Length}
			}
			if whole {
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

func (f *filing) add(stretch Stretch) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.have = append(f.have, stretch)
	if f.cut.Note != nil {
		f.cut.Note(stretch)
	}
}

// follow hashes the file behind the ranges that are written, while they are
// still in the page cache, so that hashing adds next to no time at the end.
func (f *filing) follow(ctx context.Context) (string, error) {
	hash := sha256.New()
	buffer := make([]byte, chunk)
	for done := int64(0); done < f.object.Size; {
		ready, ok := f.plan.wait(done, f.object.Size)
		if !ok {
			return "", context.Cause(ctx)
		}
		n := min(ready-done, int64(len(buffer)))
		if _, err := f.file.ReadAt(buffer[:n], done); err != nil {
			return "", fmt.Errorf("read back %d bytes at %d: %w", n, done, err)
		}
		hash.Write(buffer[:n])
		done += n
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
