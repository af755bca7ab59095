package archive

import (
	"bytes"
	"errors"
	"io"
	"path"
	"strings"
)

// appleDoubleMagic begins the files in which macOS' tar stores extended attributes: ._NAME beside NAME.
// https://datatracker.ietf.org/doc/html/rfc1740#appendix-B
var appleDoubleMagic = []byte{0x00, 0x05, 0x16, 0x07}

// skipAppleDouble returns the content of a file, or nil if it only has the attributes of another one. Model servers
// would take it for a model.
func skipAppleDouble(content io.Reader, name string) (io.Reader, error) {
	if !strings.HasPrefix(path.Base(name), "._") {
		return content, nil
	}
	magic := make([]byte, len(appleDoubleMagic))
	n, err := io.ReadFull(content, magic)
	switch {
	case err == nil && bytes.Equal(magic, appleDoubleMagic):
		return nil, nil
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, err
	}
	return io.MultiReader(bytes.NewReader(magic[:n]), content), nil
}
