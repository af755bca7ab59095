package archive

import "github.com/modelferry/modelferry/fetcher/internal/inflate"

var (
	gzipMagic       = []byte{0x1f, 0x8b}
	errTrailingData = inflate.ErrTrailingData
)

// gzipReader reads the members of a gzip file one after the other.
type gzipReader struct{ *inflate.Reader }

// complete is true for one member. If there are several, a truncation between two of them would not be noticed.
func (g gzipReader) complete() bool { return g.Members() == 1 }
