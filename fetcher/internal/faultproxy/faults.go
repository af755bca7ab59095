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

// Busy answers 503 and asks to be left alone for so many seconds.
func Busy(seconds int) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// Reset breaks the connection after n bytes of the body.
func Reset(n int) Fault {
	return spoil(func(s *spoiler, body []byte) (int, error) {
		if s.passed+len(body) < n {
			return s.pass(body)
		}
		s.pass(body[:max(n-s.passed, 0)])
		panic(http.ErrAbortHandler)
	})
}

// Cut ends the body after n bytes, with a Content-Length to match: a short
// answer that looks whole.
func Cut(n int) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		forward.ServeHTTP(&spoiler{ResponseWriter: w, length: n, write: func(s *spoiler, body []byte) (int, error) {
			s.pass(body[:min(len(body), max(n-s.passed, 0))])
			return len(body), nil
		}}, r)
	}
}

// Flip inverts the byte at n of the body.
func Flip(n int) Fault {
	return spoil(func(s *spoiler, body []byte) (int, error) {
		body = append([]byte(nil), body...)
		if at := n - s.passed; at >= 0 && at < len(body) {
			body[at] ^= 0xff
		}
		return s.pass(body)
	})
}

// Stall sends n bytes of the body, then nothing, until the client hangs up.
func Stall(n int) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		forward.ServeHTTP(&spoiler{ResponseWriter: w, write: func(s *spoiler, body []byte) (int, error) {
			s.pass(body[:min(len(body), max(n-s.passed, 0))])
			if s.passed >= n {
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
		forward.ServeHTTP(&spoiler{ResponseWriter: w, write: func(s *spoiler, body []byte) (int, error) {
			for piece := range slices.Chunk(body, n) {
				if _, err := s.pass(piece); err != nil {
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

// Claim gives the answer to a HEAD another Content-Length.
func Claim(length int) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		forward.ServeHTTP(&spoiler{ResponseWriter: w, length: length, write: func(s *spoiler, body []byte) (int, error) {
			return s.pass(body)
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

// Instead answers 200 with another body, as servers do that ignore Range. It
// asks no store: S3's signatures cover the header that would have to go.
func Instead(body []byte) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body) // the client hangs up when it has seen enough
	}
}

func spoil(write func(s *spoiler, body []byte) (int, error)) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		forward.ServeHTTP(&spoiler{ResponseWriter: w, write: write}, r)
	}
}

// spoiler passes a body on through write.
type spoiler struct {
	http.ResponseWriter
	write  func(s *spoiler, body []byte) (int, error)
	passed int
	// length is the Content-Length to claim; 0 leaves the store's.
	length int
}

func (s *spoiler) WriteHeader(code int) {
	if s.length > 0 {
		s.Header().Set("Content-Length", strconv.Itoa(s.length))
	}
	s.ResponseWriter.WriteHeader(code)
}

func (s *spoiler) Write(body []byte) (int, error) { return s.write(s, body) }

// pass sends bytes at once, so that the client has them before the fault.
func (s *spoiler) pass(body []byte) (int, error) {
	n, err := s.ResponseWriter.Write(body)
	s.passed += n
	http.NewResponseController(s.ResponseWriter).Flush()
	return n, err
}
