package objectstore

import (
	"context"
	"errors"
	"hash"
	"io"
)

// resumingReader reads an object to its end. If the connection is cut, it opens the rest. At the end it compares the
// store's checksum with that of all bytes.
type resumingReader struct {
	ctx    context.Context
	url    string
	retry  retryPolicy
	size   int64
	offset int64
	// open opens the same version of the object at an offset.
	open func(ctx context.Context, offset int64) (io.ReadCloser, error)
	// checksum of the object in base64, or "" if the store has none, and that of the bytes so far.
	checksum string
	sum      hash.Hash

	body  io.ReadCloser
	touch func()
	stop  func()
}

func (r *resumingReader) Read(p []byte) (n int, err error) {
	if r.offset == r.size {
		return 0, r.end()
	}
	err = r.retry.do(r.ctx, func() error {
		if r.body == nil {
			if err := r.reopen(); err != nil {
				return err
			}
		}
		var readErr error
		n, readErr = r.body.Read(p[:min(int64(len(p)), r.size-r.offset)])
		r.touch()
		if n > 0 || readErr == nil {
			return nil
		}
		r.closeBody()
		if errors.Is(readErr, io.EOF) {
			readErr = io.ErrUnexpectedEOF
		}
		return newError(nil, "%s: cut off after %d of %d bytes: %w", r.url, r.offset, r.size, readErr)
	})
	r.offset += int64(n)
	_, _ = r.sum.Write(p[:n]) // cannot fail
	return n, err
}

// end returns io.EOF for an object that was read as it is stored.
func (r *resumingReader) end() error {
	if got := base64CRC(r.sum); r.checksum != "" && got != r.checksum {
		return newError(ErrChecksum, "%s: the bytes that were read have the checksum %s, the store has %s", r.url, got, r.checksum)
	}
	return io.EOF
}

func (r *resumingReader) reopen() error {
	ctx, touch, stop := watchStall(r.ctx, r.retry.stall)
	body, err := r.open(ctx, r.offset)
	if err != nil {
		stop()
		return err
	}
	r.body, r.touch, r.stop = body, touch, stop
	return nil
}

func (r *resumingReader) closeBody() {
	_ = r.body.Close() // what was read is complete, and what follows is not needed
	r.stop()
	r.body = nil
}

func (r *resumingReader) Close() error {
	if r.body != nil {
		r.closeBody()
	}
	return nil
}
