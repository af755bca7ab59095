// Package archivetest creates archives for tests, valid and invalid ones.
package archivetest

import (
	"archive/tar"
	"bytes"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
)

// Entry is one entry of a tar archive.
type Entry struct {
	tar.Header
	Body []byte
}

// File returns a regular file.
func File(name string, body []byte) Entry {
	return Entry{Header: tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600, Size: int64(len(body))}, Body: body}
}

// Folder returns a folder.
func Folder(name string) Entry {
	return Entry{Header: tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: 0o700}}
}

// Symlink returns a symbolic link.
func Symlink(name, target string) Entry {
	return Entry{Header: tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777}}
}

// HardLink returns a hard link.
func HardLink(name, target string) Entry {
	return Entry{Header: tar.Header{Typeflag: tar.TypeLink, Name: name, Linkname: target, Mode: 0o600}}
}

// Special returns an entry of another type.
func Special(typeflag byte, name string) Entry {
	return Entry{Header: tar.Header{Typeflag: typeflag, Name: name, Mode: 0o600}}
}

// WithMode returns the entry with another mode.
func (e Entry) WithMode(mode int64) Entry {
	e.Mode = mode
	return e
}

// Tar returns a tar archive of the entries.
func Tar(tb testing.TB, entries ...Entry) []byte {
	tb.Helper()
	var packed bytes.Buffer
	archive := tar.NewWriter(&packed)
	for _, entry := range entries {
		require.NoError(tb, archive.WriteHeader(&entry.Header))
		_, err := archive.Write(entry.Body)
		require.NoError(tb, err)
	}
	require.NoError(tb, archive.Close())
	return packed.Bytes()
}

// TarWithFalseSize returns an archive of one file whose header declares more bytes than the archive contains.
func TarWithFalseSize(tb testing.TB, name string, size int64) []byte {
	tb.Helper()
	var packed bytes.Buffer
	require.NoError(tb, tar.NewWriter(&packed).WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600, Size: size}))
	return append(packed.Bytes(), make([]byte, 4096)...)
}

// Gzip returns body compressed with gzip.
func Gzip(tb testing.TB, body []byte) []byte {
	tb.Helper()
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, err := writer.Write(body)
	require.NoError(tb, err)
	require.NoError(tb, writer.Close())
	return packed.Bytes()
}

// Zstd returns body compressed with zstd.
func Zstd(tb testing.TB, body []byte) []byte {
	tb.Helper()
	writer, err := zstd.NewWriter(nil)
	require.NoError(tb, err)
	defer writer.Close()
	return writer.EncodeAll(body, nil)
}
