package uploadtest

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing/iotest"
	"time"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
)

// IsContent matches the requests with the content of an object: those of more than 4 KiB.
func IsContent(r *http.Request) bool { return r.ContentLength > 4096 }

// IsUpload matches all requests of an upload.
func IsUpload(r *http.Request) bool { return r.Method == http.MethodPut || r.Method == http.MethodPost }

// withBody returns the request with another body, whose Close is that of its own.
func withBody(r *http.Request, body io.Reader) *http.Request {
	own := r.Body
	r = r.Clone(r.Context())
	r.Body = struct {
		io.Reader
		io.Closer
	}{body, own}
	return r
}

// Cut closes the connection after n bytes of the request's body.
func Cut(n int64) faultproxy.Fault {
	return func(_ http.ResponseWriter, r *http.Request, forward http.Handler) {
		body := io.MultiReader(io.LimitReader(r.Body, n), iotest.ErrReader(io.ErrUnexpectedEOF))
		forward.ServeHTTP(httptest.NewRecorder(), withBody(r, body))
		panic(http.ErrAbortHandler)
	}
}

// LoseAnswer lets the store handle the request and closes the connection before the answer.
func LoseAnswer() faultproxy.Fault {
	return func(_ http.ResponseWriter, r *http.Request, forward http.Handler) {
		forward.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	}
}

// FlipByte inverts the byte at n of the request's body, counted from its end.
func FlipByte(n int64) faultproxy.Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		at := r.ContentLength - n
		body := io.MultiReader(io.LimitReader(r.Body, at), flipped{r.Body, new(bool)})
		forward.ServeHTTP(w, withBody(r, body))
	}
}

// flipped inverts the first byte that it reads.
type flipped struct {
	r    io.Reader
	done *bool
}

func (f flipped) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if n > 0 && !*f.done {
		p[0] ^= 0xff
		*f.done = true
	}
	return n, err
}

// Answer responds with a status and a body, and reads the request's body before.
func Answer(status int, contentType, body string) faultproxy.Fault {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.Copy(io.Discard, r.Body) // the client may close the connection
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the client may close the connection
	}
}

// Slow passes the request's body on in pieces of n bytes, one in each interval.
func Slow(n int64, interval time.Duration) faultproxy.Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		forward.ServeHTTP(w, withBody(r, slowBody{r.Body, n, interval}))
	}
}

type slowBody struct {
	r        io.Reader
	n        int64
	interval time.Duration
}

func (b slowBody) Read(p []byte) (int, error) {
	time.Sleep(b.interval)
	return b.r.Read(p[:min(int64(len(p)), b.n)])
}

// storedChecksum matches the checksums in the answers of Cloud Storage and S3.
var storedChecksum = regexp.MustCompile(`("crc32c": ?")[^"]*|(<ChecksumCRC64NVME>)[^<]*`)

// WrongChecksum changes the checksum in the answer, as if the store had other bytes.
func WrongChecksum() faultproxy.Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		answer := httptest.NewRecorder()
		forward.ServeHTTP(answer, r)
		maps.Copy(w.Header(), answer.Header())
		w.Header().Del("Content-Length")
		if w.Header().Get("X-Amz-Checksum-Crc64nvme") != "" {
			w.Header().Set("X-Amz-Checksum-Crc64nvme", "AAAAAAAAAAA=")
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(storedChecksum.ReplaceAll(answer.Body.Bytes(), []byte("${1}${2}AAAAAAAAAAA="))) // the client may close
	}
}
