package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

const blockSize = 512

// maxMetadata is the size up to which archive/tar reads names and sparse maps.
const maxMetadata = 1 << 20

var zeroBlock [blockSize]byte

// metadataFilter passes a tar stream on to archive/tar without what an extraction ignores: extended attributes, times,
// owners, comments and labels. archive/tar reads them into memory, and rejects an archive if they are long or invalid.
// https://www.gnu.org/software/tar/manual/html_node/Standard.html
type metadataFilter struct {
	r *bufio.Reader
	// out are the blocks to pass on before the rest of the current entry: rest bytes of content and padding bytes after
	// it.
	out           bytes.Buffer
	rest, padding int64
	// pax are the records of extended headers that apply to the next entry.
	pax paxRecords
	// zeroBlocks counts the blocks of the end-of-archive mark. It has two.
	zeroBlocks int
}

func newMetadataFilter(r io.Reader) *metadataFilter {
	// The content of large entries bypasses the buffer.
	return &metadataFilter{r: bufio.NewReaderSize(r, 4096), pax: paxRecords{size: -1}}
}

func (f *metadataFilter) Read(p []byte) (int, error) {
	for f.out.Len() == 0 && f.rest == 0 {
		if f.zeroBlocks > 0 {
			return 0, io.EOF
		}
		if err := f.next(); err != nil {
			return 0, err
		}
	}
	if f.out.Len() > 0 {
		return f.out.Read(p)
	}
	n, err := f.r.Read(p[:min(int64(len(p)), f.rest)])
	f.rest -= int64(n)
	if errors.Is(err, io.EOF) && f.rest > f.padding {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// next reads headers up to and including that of the next entry, or the end-of-archive mark.
func (f *metadataFilter) next() error {
	header, err := f.readBlock()
	if err != nil {
		return err
	}
	if *header == zeroBlock {
		return f.endOfArchive()
	}
	size, err := checkHeader(header)
	if err != nil {
		return err
	}
	clearIgnored(header)
	switch typeflag := header[typeflagOffset]; typeflag {
	case tar.TypeXHeader, 'X': // X: Solaris
		f.pax.reset() // the last one counts, as for GNU tar
		return f.readRecords(size, f.pax.add)
	case tar.TypeXGlobalHeader:
		return f.readRecords(size, rejectGlobal)
	case 'V', 'A', 'I': // a volume's label, Solaris' access control list, star's inode
		return f.skip(size)
	case 'D': // GNU: a folder with the list of its files
		header[typeflagOffset] = tar.TypeDir
		if err := f.passEntry(header, 0); err != nil {
			return err
		}
		return f.skip(size)
	case 'M': // GNU
		return errMultiVolume
	case tar.TypeGNULongName, tar.TypeGNULongLink:
		if size > maxMetadata {
			return longNameError(size)
		}
		f.pass(header, size)
		return nil
	default:
		return f.passEntry(header, size)
	}
}

// passEntry passes the header of a file, folder or link on, after the records that apply to it.
func (f *metadataFilter) passEntry(header *[blockSize]byte, size int64) error {
	if f.pax.size >= 0 {
		size = f.pax.size
	}
	switch typeflag := header[typeflagOffset]; typeflag {
	case tar.TypeLink, tar.TypeSymlink, tar.TypeChar, tar.TypeBlock, tar.TypeDir, tar.TypeFifo:
		size = 0 // archive/tar expects no content, whatever the header says
	case tar.TypeCont: // contiguous on some systems, otherwise a regular file
		header[typeflagOffset] = tar.TypeReg
	case 0: // the type of regular files and folders before POSIX
		if size > 0 {
			header[typeflagOffset] = tar.TypeReg
		}
	}
	f.pax.writeTo(&f.out)
	f.pass(header, size)
	if header[typeflagOffset] != tar.TypeGNUSparse {
		return nil
	}
	// Blocks with the rest of the sparse map follow the header.
	for extended := header[482] != 0; extended; {
		block, err := f.readBlock()
		if err != nil {
			return unexpectedEOF(err)
		}
		if f.out.Len() > maxMetadata {
			return errors.New("the map of a sparse file is too long")
		}
		f.out.Write(block[:])
		extended = block[504] != 0
	}
	return nil
}

// pass passes a header on, and size bytes of content with their padding.
func (f *metadataFilter) pass(header *[blockSize]byte, size int64) {
	writeChecksum(header)
	f.out.Write(header[:])
	f.padding = paddingOf(size)
	f.rest = size + f.padding
}

// paddingOf returns the number of bytes between content of a size and the next block.
func paddingOf(size int64) int64 { return -size & (blockSize - 1) }

// skip reads the content of an entry that is not passed on.
func (f *metadataFilter) skip(size int64) error {
	_, err := io.CopyN(io.Discard, f.r, size+paddingOf(size))
	return unexpectedEOF(err)
}

func (f *metadataFilter) readRecords(size int64, add func(key string, size int64, value io.Reader) error) error {
	content := &io.LimitedReader{R: f.r, N: size}
	if err := parseRecords(content, add); err != nil {
		return err
	}
	_, err := io.CopyN(io.Discard, f.r, paddingOf(size))
	return unexpectedEOF(err)
}

// readBlock returns io.EOF at the end of the stream, also after a part of a block of zeros.
func (f *metadataFilter) readBlock() (*[blockSize]byte, error) {
	var block [blockSize]byte
	_, err := io.ReadFull(f.r, block[:])
	if errors.Is(err, io.ErrUnexpectedEOF) && block == zeroBlock {
		err = io.EOF
	}
	return &block, err
}

// endOfArchive reads the second block of the mark. What follows is ignored, as by other tools.
func (f *metadataFilter) endOfArchive() error {
	f.zeroBlocks = 1
	block, err := f.readBlock()
	switch {
	case err != nil:
		return err
	case *block != zeroBlock:
		return tar.ErrHeader
	}
	f.zeroBlocks = 2
	return io.EOF
}

var errMultiVolume = fetcherr.New(fetcherr.InvalidArchive, "the archive is one of several volumes").
	WithHint("create the archive without tar --multi-volume")

func longNameError(size int64) error {
	return fetcherr.New(fetcherr.InvalidArchive, "unsafe archive: an entry has a name of %d bytes; file systems allow %d", size, maxName).
		WithHint("rename the file")
}

// rejectGlobal accepts the records of a global header, such as git's comment, except those that change entries, which
// tools interpret in different ways.
func rejectGlobal(key string, _ int64, _ io.Reader) error {
	switch {
	case key == "GNU.volume.filename", key == "GNU.volume.offset":
		return errMultiVolume
	case changesEntry(key):
		return fetcherr.New(fetcherr.InvalidArchive, "unsafe archive: a global header sets %q of all entries", key).
			WithHint("create the archive again, with GNU tar or bsdtar")
	}
	return nil
}

// errHeader adds where the header is wrong to archive/tar's error.
func errHeader(format string, args ...any) error {
	return fmt.Errorf("%w: %s", tar.ErrHeader, fmt.Sprintf(format, args...))
}
