package archive

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
)

var gzipMagic = []byte{0x1f, 0x8b}

var errTrailingData = errors.New("unexpected data after the compressed data")

// gzipReader reads the members of a gzip file one after the other, and ignores zeros after the last one, as gzip does.
type gzipReader struct {
	ahead   *bufio.Reader
	member  *gzip.Reader
	members int
}

// NewGzipReader returns a reader of a gzip file that ignores zeros after it, with which tools pad their output.
func NewGzipReader(ahead *bufio.Reader) (io.ReadCloser, error) { return newGzipReader(ahead) }

func newGzipReader(ahead *bufio.Reader) (*gzipReader, error) {
	member, err := gzip.NewReader(ahead)
	if err != nil {
		return nil, err
	}
	member.Multistream(false)
	return &gzipReader{ahead: ahead, member: member, members: 1}, nil
}

func (g *gzipReader) Read(p []byte) (int, error) {
	for {
		n, err := g.member.Read(p)
		if n > 0 && errors.Is(err, io.EOF) {
			err = nil // the next call returns it again
		}
		if n > 0 || err != nil && !errors.Is(err, io.EOF) {
			return n, err
		}
		if errors.Is(err, io.EOF) {
			if err := g.nextMember(); err != nil {
				return 0, err
			}
		}
	}
}

// nextMember returns io.EOF after the last member.
func (g *gzipReader) nextMember() error {
	magic, err := g.ahead.Peek(len(gzipMagic))
	switch {
	case len(magic) == 0:
		return err
	case magic[0] == 0:
		return skipZeros(g.ahead)
	case !bytes.Equal(magic, gzipMagic):
		return errTrailingData
	}
	g.members++
	if err := g.member.Reset(g.ahead); err != nil {
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		return err
	}
	g.member.Multistream(false)
	return nil
}

func (g *gzipReader) Close() error { return g.member.Close() }

// complete is true for one member. If there are several, a truncation between two of them would not be noticed.
func (g *gzipReader) complete() bool { return g.members == 1 }
