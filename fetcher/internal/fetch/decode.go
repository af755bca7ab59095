package fetch

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"path"
	"strings"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/inflate"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/request"
)

// The contents that a pinned digest can be of, if the object has a Content-Encoding.
const (
	digestOfStored  = "stored"
	digestOfDecoded = "decoded"
)

const (
	// decodedFloor is the size up to which the ratio is not limited: a small object with uniform content is not a
	// decompression bomb.
	decodedFloor = 64 << 20
	// decodeAhead is how much of the object decides whether it is encoded, in bytes.
	decodeAhead = 64 << 10
)

// checkEncoding fails for an object that cannot be decoded.
func checkEncoding(object source.Object, src source.Source) error {
	if object.Encoding == "" || object.Encoding == source.EncodingGzip {
		return nil
	}
	return fetcherr.New(fetcherr.InvalidConfig, "%s has Content-Encoding %q, only gzip can be undone",
		src.URL(object.Ref), object.Encoding).
		WithHint("upload it without an encoding")
}

// decoder reads an object with Content-Encoding gzip as the client that uploaded it had it: gcloud storage cp
// --gzip-local-all compresses a file and stores it under the file's own name. An object that is not compressed, or a
// .gz file that is, but not twice, has the encoding by mistake, and is read as stored.
// https://cloud.google.com/storage/docs/transcoding#content-type_vs_content-encoding
type decoder struct {
	r io.Reader
	// closer is nil if the object is read as stored.
	closer io.Closer
	// decoded is true unless the object is read as stored.
	decoded bool
	// hash is nil if no digest is pinned and no signature required.
	hash   hash.Hash
	n, max int64
	// ratio is the number of bytes that one stored byte may expand to.
	ratio int64
	err   error
}

var errExpandsTooMuch = errors.New("expands too much")

func newDecoder(a request.Artifact, object source.Object, stream io.Reader, maxRatio int64) (*decoder, error) {
	ahead := bufio.NewReaderSize(stream, decodeAhead)
	d := &decoder{r: ahead, max: math.MaxInt64, ratio: maxRatio}
	if object.Size <= math.MaxInt64/maxRatio {
		d.max = max(object.Size*maxRatio, decodedFloor)
	}
	if a.SHA256 != "" || a.Signature != nil {
		d.hash = sha256.New()
	}
	first, err := ahead.Peek(int(min(object.Size, decodeAhead)))
	if err != nil {
		return nil, err
	}
	if !isGzip(first) || isGzipName(a) && !isGzip(firstDecoded(first)) {
		return d, nil
	}
	d.decoded = true
	r, err := inflate.NewReader(ahead)
	if err != nil {
		return nil, err
	}
	d.r, d.closer = r, r
	return d, nil
}

// Close ends what reads the stream ahead. It comes before the Close of the stream.
func (d *decoder) Close() error {
	if d.closer == nil {
		return nil
	}
	return d.closer.Close()
}

func (d *decoder) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	d.n += int64(n)
	if d.decoded && d.n > d.max {
		err = errExpandsTooMuch
	}
	if err != nil && err != io.EOF {
		d.err = err
	}
	if d.hash != nil {
		d.hash.Write(p[:n])
	}
	return n, err
}

// sha256 returns the digest of what was read, or "" without a pinned one or a signature.
func (d *decoder) sha256() string {
	if d.hash == nil {
		return ""
	}
	return hex.EncodeToString(d.hash.Sum(nil))
}

// classify returns the error for an object that cannot be decoded.
func (d *decoder) classify(url string) error {
	if errors.Is(d.err, errExpandsTooMuch) {
		return fetcherr.New(fetcherr.InvalidArchive, "%s: the gzip encoding expands to more than %d bytes, above the limit of 1 to %d",
			url, d.max, d.ratio).
			WithHint("looks like a decompression bomb; upload the object without the encoding, or raise FETCH_ARCHIVE_MAX_RATIO")
	}
	return fetcherr.New(fetcherr.InvalidArchive, "%s: the gzip encoding is corrupt or truncated: %w", url, d.err).
		WithHint("upload the object again")
}

func isGzip(content []byte) bool { return bytes.HasPrefix(content, []byte{0x1f, 0x8b}) }

// isGzipName reports whether a file with this name, which is not extracted, is compressed itself.
func isGzipName(a request.Artifact) bool {
	suffix := strings.ToLower(path.Ext(a.Path))
	return !a.Extract && (suffix == ".gz" || suffix == ".tgz")
}

// firstDecoded returns the first bytes of the decoded content, as far as the beginning of the object allows.
func firstDecoded(content []byte) []byte {
	r, err := inflate.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil
	}
	defer r.Close()
	first := make([]byte, 2)
	n, _ := io.ReadFull(r, first) // the content is only the beginning
	return first[:n]
}

// checkDecodedSize compares the declared size with both sizes of an encoded object.
func checkDecodedSize(url string, a request.Artifact, object source.Object, decoded int64) error {
	if a.Size == 0 || a.Size == object.Size || a.Size == decoded {
		return nil
	}
	return fetcherr.New(fetcherr.Integrity, "%s has %d bytes as stored and %d decoded, expected %d", url, object.Size, decoded, a.Size).
		WithHint("the object is not the released one: correct the path or the size")
}

// explainEncoding returns the note of an object's size.
func explainEncoding(object source.Object) string {
	if object.Encoding == "" {
		return ""
	}
	return fmt.Sprintf(" as stored, with Content-Encoding %s, which is undone", object.Encoding)
}
