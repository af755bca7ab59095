package source

import "io"

// ExactBody limits a response's body to the requested length. A body that ends early returns io.ErrUnexpectedEOF.
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
