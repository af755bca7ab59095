package source

import "io"

// ExactBody holds a response's body to the length that was asked for: a body that
// ends early is io.ErrUnexpectedEOF and what comes behind it is not read.
func ExactBody(body io.ReadCloser, length int64) io.ReadCloser {
	return &exactBody{ReadCloser: body, remaining: length}
}

type exactBody struct {
	io.ReadCloser
	remaining int64
}

func (b *exactBody) Read(p []byte) (int, error) {
	if b.remaining == 0 {
		return 0, io.EOF
	}
	if int64(len(p)) > b.remaining {
		p = p[:b.remaining]
	}
	n, err := b.ReadCloser.Read(p)
	b.remaining -= int64(n)
	if err == io.EOF && b.remaining > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
