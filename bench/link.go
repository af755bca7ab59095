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

// The round trip of the slow link, and the throughput of one connection.
const (
	roundTrip      = 25 * time.Millisecond
	bytesPerSecond = 100_000_000
)

// startSlowLink starts a link to the server at target as a process, so that its memory and CPU time do not count for
// the tools, and returns its URL.
func startSlowLink(ctx context.Context, self, target string) (string, *exec.Cmd, error) {
	command := exec.CommandContext(ctx, self, "link", target)
	output, err := command.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := command.Start(); err != nil {
		return "", nil, err
	}
	address, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		return "", command, fmt.Errorf("the link did not start: %w", err)
	}
	return strings.TrimSpace(address), command, nil
}

// link forwards TCP connections to target with the latency and throughput of a distant network. It prints its URL and
// runs until the process is killed.
func link(target string) error {
	address, err := url.Parse(target)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("http://" + listener.Addr().String())
	for {
		client, err := listener.Accept()
		if err != nil {
			return err
		}
		server, err := net.Dial("tcp", address.Host)
		if err != nil {
			_ = client.Close()
			continue
		}
		go forward(server, client)
		go forward(client, server)
	}
}

// packet is data in transit, in a buffer of the pool.
type packet struct {
	buffer *[packetSize]byte
	n      int
	due    time.Time
}

// packetSize is the maximum size of a packet in bytes.
const packetSize, maxPacketsInFlight = 64 << 10, 64

var pool = sync.Pool{New: func() any { return new([packetSize]byte) }}

// forward copies bytes from one side to the other: each arrives half a round trip after it was sent, and not faster
// than the link's rate. The data in transit is limited, so that a slow reader slows the sender.
func forward(to, from net.Conn) {
	inFlight := make(chan packet, maxPacketsInFlight)
	go func() {
		defer close(inFlight)
		sent := time.Now()
		for {
			buffer := pool.Get().(*[packetSize]byte)
			n, err := from.Read(buffer[:])
			if n > 0 {
				sent = latest(sent, time.Now()).Add(time.Duration(n) * time.Second / bytesPerSecond)
				inFlight <- packet{buffer: buffer, n: n, due: sent.Add(roundTrip / 2)}
			}
			if err != nil {
				return
			}
		}
	}()
	for p := range inFlight {
		time.Sleep(time.Until(p.due))
		_, err := to.Write(p.buffer[:p.n])
		pool.Put(p.buffer)
		if err != nil {
			break
		}
	}
	_ = errors.Join(to.Close(), from.Close()) // this also ends the other direction
	for p := range inFlight {                 // until the reading goroutine has ended
		pool.Put(p.buffer)
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
