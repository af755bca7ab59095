// Package pack writes a folder as a tar.zst archive that the fetcher extracts. The archive depends on the names, the
// contents, the execute permissions and the links of the folder only: the same folder has the same digest, whatever the
// times, owners and umask, on every machine with the same version of the program.
package pack

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"

	"github.com/modelferry/modelferry/cli/internal/ctxio"
)

// Suffix of the archive's name, which makes the fetcher extract it.
const Suffix = ".tar.zst"

// ErrUnsupported means that the folder has something that the fetcher would refuse.
var ErrUnsupported = errors.New("the folder cannot be packed")

// Archive describes a written archive.
type Archive struct {
	// SHA256 is the digest in hex.
	SHA256 string
	// Size of the archive and of the files in it, in bytes.
	Size, UnpackedSize int64
	// Files is the number of files and links.
	Files int
}

// Limits of the fetcher, above which it rejects an archive as a decompression bomb. docs/fetcher.md#archives
const (
	maxEntries = 100_000
	maxRatio   = 200
	ratioFloor = 64 << 20
)

// window is the size of the zstd window in bytes. The fetcher accepts 128 MiB, of all archives together.
const window = 8 << 20

// Write packs the folder dir into w. It reads each file once. An error that wraps ErrUnsupported names the file.
func Write(ctx context.Context, dir string, w io.Writer) (Archive, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Archive{}, err
	}
	defer root.Close()
	entries, err := walk(ctx, root)
	if err != nil {
		return Archive{}, err
	}
	if err := validate(entries); err != nil {
		return Archive{}, err
	}
	sum, size := sha256.New(), new(counter)
	compressor, err := zstd.NewWriter(io.MultiWriter(w, sum, size), zstd.WithEncoderLevel(zstd.SpeedDefault),
		zstd.WithEncoderCRC(true), zstd.WithWindowSize(window))
	if err != nil {
		return Archive{}, err
	}
	archive := Archive{}
	writer := tar.NewWriter(compressor)
	for _, e := range entries {
		if err := writeEntry(ctx, writer, root, e); err != nil {
			return Archive{}, errors.Join(err, compressor.Close())
		}
		if !e.isFolder() {
			archive.Files++
		}
		archive.UnpackedSize += e.size
	}
	if err := errors.Join(writer.Close(), compressor.Close()); err != nil {
		return Archive{}, err
	}
	archive.SHA256, archive.Size = hex.EncodeToString(sum.Sum(nil)), int64(*size)
	if archive.UnpackedSize > max(ratioFloor, archive.Size*maxRatio) {
		return archive, fmt.Errorf("%w: %s: %d bytes are compressed to %d, which the fetcher takes for a decompression bomb: "+
			"pack it uncompressed with tar, or raise fetcher.archives.maxRatio", ErrUnsupported, dir, archive.UnpackedSize, archive.Size)
	}
	return archive, nil
}

// Modes of the entries. The fetcher keeps the execute permission only.
const (
	folderMode     = 0o755
	fileMode       = 0o644
	executableMode = 0o755
)

// writeEntry writes an entry without times and owners. archive/tar selects the format by the header's content only.
func writeEntry(ctx context.Context, writer *tar.Writer, root *os.Root, e entry) error {
	header := &tar.Header{Name: e.name, Typeflag: tar.TypeReg, Mode: fileMode, Size: e.size}
	switch {
	case e.isFolder():
		header.Typeflag, header.Mode, header.Name = tar.TypeDir, folderMode, e.name+"/"
	case e.link != "":
		header.Typeflag, header.Mode, header.Linkname = tar.TypeSymlink, 0o777, e.link
	case e.mode&0o100 != 0:
		header.Mode = executableMode
	}
	if err := writer.WriteHeader(header); err != nil {
		return fmt.Errorf("%w: %q: %w", ErrUnsupported, e.name, err)
	}
	if header.Typeflag != tar.TypeReg {
		return nil
	}
	file, err := root.Open(e.name)
	if err != nil {
		return err
	}
	defer file.Close()
	switch n, err := io.Copy(writer, ctxio.NewReader(ctx, file)); {
	case errors.Is(err, tar.ErrWriteTooLong) || err == nil && n != e.size:
		return fmt.Errorf("%q was changed while it was packed: it had %d bytes", e.name, e.size)
	case err != nil:
		return fmt.Errorf("pack %q: %w", e.name, err)
	}
	return nil
}

// counter counts bytes.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
