package faultproxy

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Status responds with a status and no body.
func Status(code int) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { w.WriteHeader(code) }
}

// BrokenStatus responds with a status and closes the connection within the body.
func BrokenStatus(code int) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Length", "1000")
		w.WriteHeader(code)
		_, _ = w.Write([]byte("<Error>"))
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// Unavailable responds with 503 and a Retry-After of the given seconds.
func Unavailable(seconds int) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// Reset closes the connection after n bytes of the body.
func Reset(n int) Fault {
	return rewriteBody(func(s *bodyRewriter, body []byte) (int, error) {
		if s.forwarded+len(body) < n {
			return s.forward(body)
		}
		s.forward(body[:max(n-s.forwarded, 0)])
		panic(http.ErrAbortHandler)
	})
}

// Truncate ends the body after n bytes, with a Content-Length to match: a short response that looks complete.
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

// Stall sends n bytes of the body, then nothing until the client closes the connection.
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

// Trickle sends the body n bytes at a time.
func Trickle(n int, every time.Duration) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		forward.ServeHTTP(&bodyRewriter{ResponseWriter: w, write: func(s *bodyRewriter, body []byte) (int, error) {
			for chunk := range slices.Chunk(body, n) {
				if _, err := s.forward(chunk); err != nil {
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

// FalseContentLength changes the Content-Length of a response to HEAD.
func FalseContentLength(length int) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		forward.ServeHTTP(&bodyRewriter{ResponseWriter: w, length: length, write: func(s *bodyRewriter, body []byte) (int, error) {
			return s.forward(body)
		}}, r)
	}
}

// Before calls act, which may replace the object, then forwards the request.
func Before(act func()) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		act()
		forward.ServeHTTP(w, r)
	}
}

// ReplaceBody responds with 200 and the given body, as a server that ignores Range does. It cannot forward the request
// without Range, because S3's signature covers that header.
func ReplaceBody(body []byte) Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body) // the client may close the connection
	}
}

func rewriteBody(write func(s *bodyRewriter, body []byte) (int, error)) Fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		forward.ServeHTTP(&bodyRewriter{ResponseWriter: w, write: write}, r)
	}
}

// bodyRewriter passes the response's body to write, which may change it.
type bodyRewriter struct {
	http.ResponseWriter
	write     func(s *bodyRewriter, body []byte) (int, error)
	forwarded int
	// length is the Content-Length to send; 0 keeps the store's.
	length int
}

func (s *bodyRewriter) WriteHeader(code int) {
	if s.length > 0 {
		s.Header().Set("Content-Length", strconv.Itoa(s.length))
	}
	s.ResponseWriter.WriteHeader(code)
}

func (s *bodyRewriter) Write(body []byte) (int, error) { return s.write(s, body) }

// forward sends bytes at once, so that the client receives them before the fault.
func (s *bodyRewriter) forward(body []byte) (int, error) {
	n, err := s.ResponseWriter.Write(body)
	s.forwarded += n
	http.NewResponseController(s.ResponseWriter).Flush()
	return n, err
}
