package faultproxy

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Status answers with a status and no body.
func Status(code int) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { w.WriteHeader(code) }
}

// Unavailable answers 503 and asks to be left alone for so many seconds.
func Unavailable(seconds int) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// Reset breaks the connection after n bytes of the body.
func Reset(n int) Fault {
	return rewriteBody(func(s *bodyRewriter, body []byte) (int, error) {
		if s.forwarded+len(body) < n {
			return s.forward(body)
		}
		s.forward(body[:max(n-s.forwarded, 0)])
		panic(http.ErrAbortHandler)
	})
}

// Truncate ends the body after n bytes, with a Content-Length to match: a short
// answer that looks whole.
func Truncate(n int) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		forward.ServeHTTP(&bodyRewriter{ResponseWriter: w, length: n, write: func(s *bodyRewriter, body []byte) (int, error) {
			s.forward(body[:min(len(body), max(n-s.forwarded, 0))])
			return len(body), nil
		}}, r)
	}
}

// FlipByte inverts the byte at n of the body.
func FlipByte(n int) Fault {
	return rewriteBody(func(s *bodyRewriter, body []byte) (int, error) {
		body = append([]byte(nil), body...)
		if at := n - s.forwarded; at >= 0 && at < len(body) {
			body[at] ^= 0xff
		}
		return s.forward(body)
	})
}

// Stall sends n bytes of the body, then nothing, until the client hangs up.
func Stall(n int) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		forward.ServeHTTP(&bodyRewriter{ResponseWriter: w, write: func(s *bodyRewriter, body []byte) (int, error) {
			s.forward(body[:min(len(body), max(n-s.forwarded, 0))])
			if s.forwarded >= n {
				http.NewResponseController(w).Flush()
				<-r.Context().Done()
				panic(http.ErrAbortHandler)
			}
			return len(body), nil
		}}, r)
	}
}

// Trickle sends the body a few bytes at a time, until the client hangs up.
func Trickle(n int, every time.Duration) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		forward.ServeHTTP(&bodyRewriter{ResponseWriter: w, write: func(s *bodyRewriter, body []byte) (int, error) {
			for piece := range slices.Chunk(body, n) {
				if _, err := s.forward(piece); err != nil {
					return 0, err
				}
				select {
				case <-time.After(every):
				case <-r.Context().Done():
					panic(http.ErrAbortHandler)
				}
			}
			return len(body), nil
		}}, r)
	}
}

// FalseContentLength gives the answer to a HEAD another Content-Length.
func FalseContentLength(length int) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		forward.ServeHTTP(&bodyRewriter{ResponseWriter: w, length: length, write: func(s *bodyRewriter, body []byte) (int, error) {
			return s.forward(body)
		}}, r)
	}
}

// Before does something, such as replacing the object, then forwards.
func Before(act func()) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		act()
		forward.ServeHTTP(w, r)
	}
}

// ReplaceBody answers 200 with another body, as servers do that ignore Range. It
// asks no store: S3's signatures cover the header that would have to go.
func ReplaceBody(body []byte) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body) // the client hangs up when it has seen enough
	}
}

func rewriteBody(write func(s *bodyRewriter, body []byte) (int, error)) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		forward.ServeHTTP(&bodyRewriter{ResponseWriter: w, write: write}, r)
	}
}

// bodyRewriter passes a body on through write.
type bodyRewriter struct {
	http.ResponseWriter
	write     func(s *bodyRewriter, body []byte) (int, error)
	forwarded int
	// length is the Content-Length to claim; 0 leaves the store's.
	length int
}

func (s *bodyRewriter) WriteHeader(code int) {
	if s.length > 0 {
		s.Header().Set("Content-Length", strconv.Itoa(s.length))
	}
	s.ResponseWriter.WriteHeader(code)
}

func (s *bodyRewriter) Write(body []byte) (int, error) { return s.write(s, body) }

// forward sends bytes at once, so that the client has them before the fault.
func (s *bodyRewriter) forward(body []byte) (int, error) {
	n, err := s.ResponseWriter.Write(body)
	s.forwarded += n
	http.NewResponseController(s.ResponseWriter).Flush()
	return n, err
}
