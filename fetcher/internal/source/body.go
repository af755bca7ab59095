package source

import "io"

// Body holds a response's body to the length that was asked for: a body that
// ends early is io.ErrUnexpectedEOF and what comes behind it is not read.
func Body(body io.ReadCloser, length int64) io.ReadCloser {
	return &exact{ReadCloser: body, left: length}
}

type exact struct {
	io.ReadCloser
	left int64
}

func (b *exact) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.EOF
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	if err == io.EOF && b.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
