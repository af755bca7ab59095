package faultproxy

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// If applies the fault to matching requests only.
func If(match func(*http.Request) bool, fault Fault) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		if match(r) {
			fault(w, r, forward)
			return
		}
		forward.ServeHTTP(w, r)
	}
}

// RequestHeader sets a header of the request, or removes it if the value is empty. A store that checks signatures may
// refuse the request.
func RequestHeader(name, value string) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		r = r.Clone(r.Context())
		setHeader(r.Header, name, value)
		forward.ServeHTTP(w, r)
	}
}

// ResponseHeader sets a header of the response, or removes it if the value is empty.
func ResponseHeader(name, value string) Fault {
	return RewriteHeader(func(header http.Header) { setHeader(header, name, value) })
}

// RewriteHeader changes the headers of the response.
func RewriteHeader(rewrite func(http.Header)) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		forward.ServeHTTP(&headerRewriter{ResponseWriter: w, rewrite: rewrite}, r)
	}
}

func setHeader(header http.Header, name, value string) {
	header.Del(name)
	if value != "" {
		header.Set(name, value)
	}
}

// IgnoreRange responds with 200 and the whole object, as a server without ranges does.
func IgnoreRange() Fault { return RequestHeader("Range", "") }

// IgnoreVersion responds with the live version, as a cache that ignores the query and conditions does.
func IgnoreVersion() Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		r = r.Clone(r.Context())
		r.Header.Del("If-Match")
		query := r.URL.Query()
		query.Del("versionId")
		query.Del("generation")
		r.URL.RawQuery = query.Encode()
		forward.ServeHTTP(w, r)
	}
}

// ShiftRange responds with a range that begins n bytes later than requested, and says so.
func ShiftRange(n int64) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		if first, rest, ok := strings.Cut(strings.TrimPrefix(r.Header.Get("Range"), "bytes="), "-"); ok {
			offset, _ := strconv.ParseInt(first, 10, 64) // the fetcher sends no other form
			r = r.Clone(r.Context())
			r.Header.Set("Range", "bytes="+strconv.FormatInt(offset+n, 10)+"-"+rest)
		}
		forward.ServeHTTP(w, r)
	}
}

// NoContentLength omits Content-Length: the body is sent in chunks.
func NoContentLength() Fault { return ResponseHeader("Content-Length", "") }

// UnknownTotal responds with Content-Range: bytes a-b/*.
func UnknownTotal() Fault {
	return RewriteHeader(func(header http.Header) {
		if text := header.Get("Content-Range"); text != "" {
			header.Set("Content-Range", text[:strings.LastIndex(text, "/")]+"/*")
		}
	})
}

// WeakETag makes the ETags weak, as a proxy that may change the content does. A weak ETag never satisfies If-Match.
// https://www.rfc-editor.org/rfc/rfc9110#name-if-match
func WeakETag() Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		if strings.HasPrefix(r.Header.Get("If-Match"), "W/") {
			w.WriteHeader(http.StatusPreconditionFailed)
			return
		}
		RewriteHeader(func(header http.Header) {
			if etag := header.Get("ETag"); etag != "" {
				header.Set("ETag", "W/"+etag)
			}
		})(w, r, forward)
	}
}

// BlockPage responds with 200 and a page of a web filter, to any request. A web server may give it an ETag.
func BlockPage(etag string) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", "text/html")
		setHeader(w.Header(), "ETag", etag)
		_, _ = io.WriteString(w, "<html><body>This site is blocked.</body></html>") // the client may close the connection
	}
}

// ResponseStatus changes the status of the response.
func ResponseStatus(code int) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		forward.ServeHTTP(&headerRewriter{ResponseWriter: w, rewrite: func(http.Header) {}, status: code}, r)
	}
}

// Compress packs whole objects with gzip for clients that accept it, as a proxy may, and says how long the result is if
// hasLength is true.
func Compress(hasLength bool) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		if !IsGet(r) || r.Header.Get("Range") != "" || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			forward.ServeHTTP(w, r)
			return
		}
		stored := httptest.NewRecorder()
		forward.ServeHTTP(stored, r)
		var packed bytes.Buffer
		writer := gzip.NewWriter(&packed)
		_, _ = io.Copy(writer, stored.Body) // both are in memory
		_ = writer.Close()
		for name, values := range stored.Header() {
			w.Header()[name] = values
		}
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Del("Content-Length")
		if hasLength {
			w.Header().Set("Content-Length", strconv.Itoa(packed.Len()))
		}
		w.WriteHeader(stored.Code)
		_, _ = packed.WriteTo(w) // the client may close the connection
	}
}

// Decompress unpacks objects with Content-Encoding gzip for clients that do not accept it, and ignores their ranges. So
// does Cloud Storage: https://cloud.google.com/storage/docs/transcoding
func Decompress() Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			forward.ServeHTTP(w, r)
			return
		}
		whole := r.Clone(r.Context())
		whole.Method = http.MethodGet
		whole.Header.Del("Range")
		stored := httptest.NewRecorder()
		forward.ServeHTTP(stored, whole)
		if stored.Code != http.StatusOK || stored.Header().Get("Content-Encoding") != "gzip" {
			forward.ServeHTTP(w, r)
			return
		}
		for name, values := range stored.Header() {
			w.Header()[name] = values
		}
		w.Header().Del("Content-Encoding")
		w.Header().Del("Content-Length")
		w.WriteHeader(http.StatusOK)
		if unpacked, err := gzip.NewReader(bytes.NewReader(stored.Body.Bytes())); err == nil && r.Method == http.MethodGet {
			_, _ = io.Copy(w, unpacked) // the client may close the connection
		}
	}
}

// AppendToBody adds bytes to the body and removes Content-Length.
func AppendToBody(extra string) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		NoContentLength()(w, r, forward)
		_, _ = io.WriteString(w, extra) // the client may close the connection
	}
}

type headerRewriter struct {
	http.ResponseWriter
	rewrite func(http.Header)
	// status replaces the store's if it is not 0.
	status int
	done   bool
}

func (h *headerRewriter) WriteHeader(code int) {
	if !h.done {
		h.done = true
		h.rewrite(h.Header())
	}
	if h.status != 0 {
		code = h.status
	}
	h.ResponseWriter.WriteHeader(code)
}

func (h *headerRewriter) Write(body []byte) (int, error) {
	if !h.done {
		h.WriteHeader(http.StatusOK)
	}
	return h.ResponseWriter.Write(body)
}

// Unwrap lets http.ResponseController flush.
func (h *headerRewriter) Unwrap() http.ResponseWriter { return h.ResponseWriter }
