package source

import (
	"errors"
	"io"
)

// ErrTooLong means that a response has more bytes than requested.
var ErrTooLong = errors.New("the response has more bytes than requested")

// exactBody is the requested part of a response's body: length bytes after the first skip bytes. A body that ends early
// returns io.ErrUnexpectedEOF.
type exactBody struct {
	io.ReadCloser
	skip, length int64
	// checkEnd means that nothing may follow. net/http checks it if the response has a Content-Length.
	checkEnd bool
}

func (b *exactBody) Read(p []byte) (int, error) {
	switch {
	case b.skip > 0:
		n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.skip)])
		b.skip -= int64(n)
		return 0, unexpectedEOF(err)
	case b.length == 0:
		return 0, io.EOF
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.length)])
	b.length -= int64(n)
	if b.length > 0 {
		return n, unexpectedEOF(err)
	}
	if b.checkEnd && err == nil {
		// Checked before the last bytes are returned: a reader that has all bytes does not read on.
		if err := b.requireEnd(); err != nil {
			return 0, err
		}
	}
	return n, nil
}

func (b *exactBody) requireEnd() error {
	var extra [1]byte
	switch _, err := io.ReadFull(b.ReadCloser, extra[:]); err {
	case io.EOF:
		return nil
	case nil:
		return ErrTooLong
	default:
		return err
	}
}

func unexpectedEOF(err error) error {
	if err == io.EOF { //nolint:errorlint // readers return io.EOF itself
		return io.ErrUnexpectedEOF
	}
	return err
}
