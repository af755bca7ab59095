package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"golang.org/x/sync/errgroup"

	"github.com/modelferry/modelferry/fetcher/source"
)

// chunk is how much is copied at once: large enough that system calls do not
// show, small enough that 64 ranges stay within a few MiB.
const chunk = 256 << 10

// Cut says how a file's object is read.
type Cut struct {
	// Part is the length of a range in bytes.
	Part int64
	// Parallel is how many are read at once.
	Parallel int
	// SHA256 asks for the digest. It takes a core longer than all the rest.
	SHA256 bool
}

// File writes the object's bytes to file, which is empty, and returns what
// they came to. Memory does not depend on the object's size.
func File(ctx context.Context, src source.Source, object source.Object, file *os.File, cut Cut) (Digest, error) {
	parts := spans(object.Size, cut.Part)
	group, ctx := errgroup.WithContext(ctx)
	front := newFrontier(len(parts))
	queue := make(chan int, len(parts))
	for i := range parts {
		queue <- i
	}
	close(queue)
	sums := make([]uint64, len(parts))
	for range min(cut.Parallel, len(parts)) {
		group.Go(func() error {
			buffer := make([]byte, chunk)
			for i := range queue {
				wrote := func(p []byte) {
					sums[i] = object.Checksum.Algorithm.Update(sums[i], p)
					front.advance(i, len(p))
				}
				if err := copySpan(ctx, src, object, file, parts[i], buffer, wrote); err != nil {
					return err
				}
			}
			return nil
		})
	}
	var digest Digest
	if cut.SHA256 {
		group.Go(func() (err error) {
			stop := context.AfterFunc(ctx, front.abandon)
			defer stop()
			digest.SHA256, err = follow(ctx, file, parts, front)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return Digest{}, err
	}
	digest.CRC = combine(object.Checksum.Algorithm, parts, sums)
	return digest, nil
}

// copySpan brings one range to its place in the file.
func copySpan(ctx context.Context, src source.Source, object source.Object, file *os.File, s span, buffer []byte, wrote func([]byte)) error {
	body, err := src.Read(ctx, object, s.offset, s.length)
	if err != nil {
		return err
	}
	defer body.Close()
	for at := s.offset; at < s.offset+s.length; {
		n, err := body.Read(buffer)
		if n > 0 {
			if _, err := file.WriteAt(buffer[:n], at); err != nil {
				return fmt.Errorf("write %d bytes at %d: %w", n, at, err)
			}
			at += int64(n)
			wrote(buffer[:n])
		}
		if err == io.EOF && at < s.offset+s.length {
			err = io.ErrUnexpectedEOF
		}
		if err != nil && err != io.EOF {
			return err
		}
	}
	return nil
}

// follow hashes the file behind the ranges that are written, while they are
// still in the page cache, so that hashing adds next to no time at the end.
func follow(ctx context.Context, file *os.File, parts []span, front *frontier) (string, error) {
	hash := sha256.New()
	buffer := make([]byte, chunk)
	for i, s := range parts {
		for done := int64(0); done < s.length; {
			ready, ok := front.wait(i, done)
			if !ok {
				return "", context.Cause(ctx)
			}
			n := min(ready-done, int64(len(buffer)))
			if _, err := file.ReadAt(buffer[:n], s.offset+done); err != nil {
				return "", fmt.Errorf("read back %d bytes at %d: %w", n, s.offset+done, err)
			}
			hash.Write(buffer[:n])
			done += n
		}
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
