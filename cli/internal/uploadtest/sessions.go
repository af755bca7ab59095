package uploadtest

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// unit is the number of bytes of which the store keeps whole multiples when a connection is cut.
// https://cloud.google.com/storage/docs/performing-resumable-uploads#chunked-upload
const unit = 256 << 10

// Sessions are the resumable uploads of a Cloud Storage server. fake-gcs-server treats a status request as the end of
// the upload, and keeps nothing of a request that was cut, so this handler keeps the content, as the documentation
// says, and sends it on when it is complete.
// https://cloud.google.com/storage/docs/performing-resumable-uploads
type Sessions struct {
	proxy   http.Handler
	backend *url.URL
	folder  string

	mutex    sync.Mutex
	sessions map[string]*session
}

type session struct {
	mutex    sync.Mutex
	query    url.Values
	path     string
	metadata []byte
	file     *os.File
	// persisted is the number of bytes in the file that count.
	persisted int64
	// status and answer of a complete upload.
	status int
	answer []byte
}

func newSessions(tb testing.TB, endpoint string) *Sessions {
	tb.Helper()
	backend, err := url.Parse(endpoint)
	require.NoError(tb, err)
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(backend)
			r.Out.Host = backend.Host // with another Host the server would use a bucket from it
		},
		// The tests close connections on purpose.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	return &Sessions{proxy: proxy, backend: backend, folder: tb.TempDir(), sessions: map[string]*session{}}
}

// Forget ends all sessions, as the store does after a week.
func (s *Sessions) Forget() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	clear(s.sessions)
}

func (s *Sessions) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	switch {
	case query.Get("uploadType") != "resumable":
		s.proxy.ServeHTTP(w, r)
	case r.Method == http.MethodPost:
		s.start(w, r, query)
	case r.Method == http.MethodPut:
		s.mutex.Lock()
		upload := s.sessions[query.Get("upload_id")]
		s.mutex.Unlock()
		if upload == nil {
			w.WriteHeader(http.StatusGone)
			return
		}
		upload.mutex.Lock()
		defer upload.mutex.Unlock()
		s.receive(w, r, upload)
	}
}

func (s *Sessions) start(w http.ResponseWriter, r *http.Request, query url.Values) {
	response, err := http.Get(s.backend.String() + strings.TrimSuffix(strings.TrimPrefix(r.URL.EscapedPath(), "/upload"), "/o"))
	if err != nil || response.StatusCode != http.StatusOK {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"error":{"code":404,"message":"The specified bucket does not exist."}}`)
		return
	}
	response.Body.Close()
	metadata, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	id := fmt.Sprintf("session-%d", len(s.sessions)+1)
	file, err := os.Create(filepath.Join(s.folder, id))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	s.sessions[id] = &session{query: query, path: r.URL.EscapedPath(), metadata: metadata, file: file}
	w.Header().Set("Location", "http://"+r.Host+r.URL.EscapedPath()+"?uploadType=resumable&upload_id="+id)
}

// receive handles a request with content, or for the status.
func (s *Sessions) receive(w http.ResponseWriter, r *http.Request, upload *session) {
	var first, last, total int64
	text := r.Header.Get("Content-Range")
	if _, err := fmt.Sscanf(text, "bytes %d-%d/%d", &first, &last, &total); err == nil {
		if first > upload.persisted {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		upload.keep(r.Body, first)
	} else if _, err := fmt.Sscanf(text, "bytes */%d", &total); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	switch {
	case upload.status == 0 && upload.persisted == total:
		s.complete(upload)
		fallthrough
	case upload.status != 0:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(upload.status)
		_, _ = w.Write(upload.answer) // the client may close the connection
	default:
		if upload.persisted > 0 {
			w.Header().Set("Range", fmt.Sprintf("bytes=0-%d", upload.persisted-1))
		}
		w.WriteHeader(http.StatusPermanentRedirect)
	}
}

// keep appends a body that begins at first. Bytes that it has are ignored. Of a cut body it keeps whole units.
func (u *session) keep(body io.Reader, first int64) {
	if _, err := io.CopyN(io.Discard, body, u.persisted-first); err != nil {
		panic(http.ErrAbortHandler)
	}
	n, err := io.Copy(io.NewOffsetWriter(u.file, u.persisted), body)
	u.persisted += n
	if err != nil {
		u.persisted -= u.persisted % unit
		panic(http.ErrAbortHandler)
	}
}

// complete sends the whole content to the server in one request.
func (s *Sessions) complete(upload *session) {
	const boundary = "complete-session"
	upload.query.Set("uploadType", "multipart")
	body := io.MultiReader(
		strings.NewReader("--"+boundary+"\r\nContent-Type: application/json\r\n\r\n"+string(upload.metadata)+"\r\n--"+boundary+
			"\r\nContent-Type: application/octet-stream\r\n\r\n"),
		io.NewSectionReader(upload.file, 0, upload.persisted), strings.NewReader("\r\n--"+boundary+"--\r\n"),
	)
	response, err := http.Post(s.backend.String()+upload.path+"?"+upload.query.Encode(), "multipart/related; boundary="+boundary, body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer response.Body.Close()
	if upload.answer, err = io.ReadAll(response.Body); err != nil {
		panic(http.ErrAbortHandler)
	}
	upload.status = response.StatusCode
	_ = upload.file.Close() // it is not read again
}
