package source

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// ErrRangesIgnored means that the store responds to a range with the whole object. The caller reads the object with
// Sequential. The kind is fetcherr.ObjectChanged, so that the request is not repeated.
var ErrRangesIgnored = errors.New("the store ignores ranges")

// Response is what a store answered, without the body.
type Response struct {
	Status int
	Header http.Header
	// Length is the length of the body in bytes, or -1 if it is unknown.
	Length int64
}

// Body returns length bytes from offset of the object, from the body of a response whose version the caller has
// checked. The response counts only if its status, Content-Range, Content-Length and Content-Encoding are those of the
// requested range, or of the whole object. The errors are:
//
//   - ErrRangesIgnored if it is the whole object, and a part was requested of an object that is not Sequential;
//   - fetcherr.ObjectChanged for a range of an object of another size;
//   - fetcherr.Integrity for a whole object of another length or encoding: the store converts it, always;
//   - otherwise a transient error.
//
// The body is closed if there is an error.
func Body(url string, object Object, offset, length int64, response Response, body io.ReadCloser) (io.ReadCloser, error) {
	part, err := selectPart(url, object, offset, length, response)
	if err != nil {
		_ = body.Close() // nothing was read from it
		return nil, err
	}
	part.ReadCloser = body
	return part, nil
}

// selectPart returns a body without its reader.
func selectPart(url string, object Object, offset, length int64, response Response) (*exactBody, error) {
	if encoding := ContentEncoding(response.Header.Get("Content-Encoding")); encoding != object.Encoding {
		return nil, fetcherr.New(fetcherr.Integrity, "%s: the response has Content-Encoding %q, the object %q",
			url, encoding, object.Encoding).WithHint("a proxy before the store must not compress or decompress")
	}
	part := &exactBody{length: length, checkEnd: response.Length < 0}
	switch response.Status {
	case http.StatusPartialContent:
		if err := checkContentRange(url, response.Header.Get("Content-Range"), offset, length, object.Size); err != nil {
			return nil, err
		}
		return part, checkLength(url, response.Length, length)
	case http.StatusOK:
		if response.Length >= 0 && response.Length != object.Size {
			return nil, fetcherr.New(fetcherr.Integrity, "%s has %d bytes, but the response with the whole object has %d",
				url, object.Size, response.Length).
				WithHint("the store, or a proxy before it, must not decompress or convert objects")
		}
		if length != object.Size && !object.Sequential {
			return nil, fetcherr.New(fetcherr.ObjectChanged, "%s: %w", url, ErrRangesIgnored)
		}
		part.skip = offset
		// The rest of a whole object that was requested in part is not read.
		part.checkEnd = part.checkEnd && offset+length == object.Size
		return part, nil
	}
	return nil, fmt.Errorf("%s: requested %d bytes, the server answered with status %d", url, length, response.Status)
}

// checkContentRange compares the header with the requested range. Servers that do not know the size write * in its
// place: the version is checked elsewhere.
func checkContentRange(url, got string, offset, length, size int64) error {
	want := fmt.Sprintf("bytes %d-%d/", offset, offset+length-1)
	total, ok := strings.CutPrefix(got, want)
	switch _, end, _ := strings.Cut(got, "/"); {
	case ok && (total == strconv.FormatInt(size, 10) || total == "*"):
		return nil
	case end != "" && end != "*" && end != strconv.FormatInt(size, 10):
		return fetcherr.New(fetcherr.ObjectChanged,
			"%s was replaced while it was read: the size was %d bytes, now the range is %q", url, size, got)
	}
	return fmt.Errorf("%s: requested %q, the server sent %q", url, want+strconv.FormatInt(size, 10), got)
}

func checkLength(url string, got, want int64) error {
	if got >= 0 && got != want {
		return fmt.Errorf("%s: requested %d bytes, the server sent %d", url, want, got)
	}
	return nil
}

// compressions are the registered content codings that change the bytes. Anything else in the header is ignored, such
// as utf-8, or aws-chunked, an encoding of uploads which some stores keep.
// https://www.iana.org/assignments/http-parameters/http-parameters.xhtml#content-coding
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
var compressions = map[string]string{
	"gzip": "gzip", "x-gzip": "gzip", "compress": "compress", "x-compress": "compress", "deflate": "deflate", "br": "br",
	"zstd": "zstd", "dcb": "dcb", "dcz": "dcz", "exi": "exi", "pack200-gzip": "pack200-gzip", "aes128gcm": "aes128gcm",
}

// ContentEncoding returns the codings of a Content-Encoding header that change the bytes, or "" for an object that is
// stored as it is.
func ContentEncoding(header string) string {
	var codings []string
	for text := range strings.SplitSeq(header, ",") {
		if coding := compressions[strings.ToLower(strings.TrimSpace(text))]; coding != "" {
			codings = append(codings, coding)
		}
	}
	return strings.Join(codings, ", ")
}

// IsHTML reports whether a response is a page. A web filter or an ingress that answers in place of the store sends one.
func IsHTML(header http.Header) bool {
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(header.Get("Content-Type"))), "text/html")
}

// NotTheStore returns the error for an answer that the store cannot have sent.
func NotTheStore(kind fetcherr.Kind, url, store string, response Response) error {
	return fetcherr.New(kind, "%s: the answer is not from %s: status %d, Content-Type %q, without %s's headers",
		url, store, response.Status, response.Header.Get("Content-Type"), store).
		WithHint(ForeignResponseHint)
}
