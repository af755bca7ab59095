package main

import (
	"errors"
	"io"
	"net"
	"net/url"
	"time"
)

// The slow link's round trip, and what one of its connections carries.
const (
	roundTrip = 25 * time.Millisecond
	perSecond = 100_000_000
)

// link forwards TCP connections as a network of some distance does.
type link struct {
	url      string
	target   string
	listener net.Listener
}

// slowLink starts a link before the server at target.
func slowLink(target string) (*link, error) {
	at, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	l := &link{url: "http://" + listener.Addr().String(), target: at.Host, listener: listener}
	go l.accept()
	return l, nil
}

func (l *link) close() { _ = l.listener.Close() }

func (l *link) accept() {
	for {
		near, err := l.listener.Accept()
		if err != nil {
			return // it is closed
		}
		far, err := net.Dial("tcp", l.target)
		if err != nil {
			_ = near.Close()
			continue
		}
		go carry(far, near)
		go carry(near, far)
	}
}

// parcel is bytes under way.
type parcel struct {
	bytes []byte
	due   time.Time
}

// carry takes bytes from one side to the other: each arrives half a round trip
// after it was sent, and not before those ahead of it at the link's rate. What
// is under way is bounded, so that a slow reader holds the sender back.
func carry(to, from net.Conn) {
	const piece, window = 64 << 10, 64
	under := make(chan parcel, window)
	go func() {
		defer close(under)
		free := time.Now()
		for {
			buffer := make([]byte, piece)
			n, err := from.Read(buffer)
			if n > 0 {
				free = later(free, time.Now()).Add(time.Duration(n) * time.Second / perSecond)
				under <- parcel{bytes: buffer[:n], due: free.Add(roundTrip / 2)}
			}
			if err != nil {
				return
			}
		}
	}()
	for p := range under {
		time.Sleep(time.Until(p.due))
		if _, err := to.Write(p.bytes); err != nil {
			break
		}
	}
	_ = errors.Join(to.Close(), from.Close()) // the other direction ends with it
	for range under {
		_ = io.Discard // let the reader end
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
