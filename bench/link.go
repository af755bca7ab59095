package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// The slow link's round trip, and what one of its connections carries.
const (
	roundTrip = 25 * time.Millisecond
	perSecond = 100_000_000
)

// slowLink starts a link before the server at target, as a process of its own:
// what it needs of memory and time must not be taken for the contenders'. It
// returns the link's URL.
func slowLink(ctx context.Context, self, target string) (string, *exec.Cmd, error) {
	command := exec.CommandContext(ctx, self, "link", target)
	output, err := command.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := command.Start(); err != nil {
		return "", nil, err
	}
	at, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		return "", command, fmt.Errorf("the link did not start: %w", err)
	}
	return strings.TrimSpace(at), command, nil
}

// link forwards TCP connections as a network of some distance does, until the
// process is ended. It prints where it listens.
func link(target string) error {
	at, err := url.Parse(target)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("http://" + listener.Addr().String())
	for {
		near, err := listener.Accept()
		if err != nil {
			return err
		}
		far, err := net.Dial("tcp", at.Host)
		if err != nil {
			_ = near.Close()
			continue
		}
		go carry(far, near)
		go carry(near, far)
	}
}

// parcel is bytes under way, in a buffer of the pool's.
type parcel struct {
	buffer *[piece]byte
	n      int
	due    time.Time
}

// piece is how much travels together, window how many pieces at most.
const piece, window = 64 << 10, 64

var pool = sync.Pool{New: func() any { return new([piece]byte) }}

// carry takes bytes from one side to the other: each arrives half a round trip
// after it was sent, and not before those ahead of it at the link's rate. What
// is under way is bounded, so that a slow reader holds the sender back.
func carry(to, from net.Conn) {
	under := make(chan parcel, window)
	go func() {
		defer close(under)
		free := time.Now()
		for {
			buffer := pool.Get().(*[piece]byte)
			n, err := from.Read(buffer[:])
			if n > 0 {
				free = later(free, time.Now()).Add(time.Duration(n) * time.Second / perSecond)
				under <- parcel{buffer: buffer, n: n, due: free.Add(roundTrip / 2)}
			}
			if err != nil {
				return
			}
		}
	}()
	for p := range under {
		time.Sleep(time.Until(p.due))
		_, err := to.Write(p.buffer[:p.n])
		pool.Put(p.buffer)
		if err != nil {
			break
		}
	}
	_ = errors.Join(to.Close(), from.Close()) // the other direction ends with it
	for p := range under {                    // let the reader end
		pool.Put(p.buffer)
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
