package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// probeTimeout is the time in which an address must become reachable. A new pod is in the rules of other pods only some
// moments after its start.
const probeTimeout = 3 * time.Second

// probe tries to reach addresses such as tcp://10.0.0.1:80 or udp://10.0.0.1:53, and prints a JSON object: "" for each
// address that it reaches, and the error for each other one. Over UDP, an address is reached if it responds.
func probe(ctx context.Context, out io.Writer, addresses []string) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	results := map[string]string{}
	var mu sync.Mutex
	var attempts sync.WaitGroup
	for _, address := range addresses {
		attempts.Go(func() {
			result := ""
			if err := reach(ctx, address); err != nil {
				result = err.Error()
			}
			mu.Lock()
			defer mu.Unlock()
			results[address] = result
		})
	}
	attempts.Wait()
	return json.NewEncoder(out).Encode(results)
}

// reach repeats an attempt until it succeeds or ctx ends. It returns the last error.
func reach(ctx context.Context, address string) error {
	for {
		err := attempt(ctx, address)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func attempt(ctx context.Context, address string) error {
	protocol, hostPort, found := strings.Cut(address, "://")
	if !found {
		return fmt.Errorf("invalid address %q: must be PROTOCOL://HOST:PORT", address)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, protocol, hostPort)
	if err != nil {
		return err
	}
	defer conn.Close()
	if protocol != "udp" {
		return nil
	}
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return err
	}
	if _, err := conn.Write([]byte("?")); err != nil {
		return err
	}
	_, err = conn.Read(make([]byte, 1))
	return err
}

// listen accepts connections at addresses such as tcp://:80, and responds to each packet at addresses such as
// udp://:53, until ctx ends.
func listen(ctx context.Context, addresses []string) error {
	for _, address := range addresses {
		protocol, hostPort, _ := strings.Cut(address, "://")
		if protocol == "udp" {
			conn, err := new(net.ListenConfig).ListenPacket(ctx, protocol, hostPort)
			if err != nil {
				return err
			}
			go func() {
				packet := make([]byte, 512)
				for {
					n, from, err := conn.ReadFrom(packet)
					if err != nil {
						return
					}
					_, _ = conn.WriteTo(packet[:n], from) // the client repeats its request
				}
			}()
			continue
		}
		listener, err := new(net.ListenConfig).Listen(ctx, protocol, hostPort)
		if err != nil {
			return err
		}
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				_ = conn.Close()
			}
		}()
	}
	<-ctx.Done()
	return nil
}
