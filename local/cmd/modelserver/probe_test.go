package main

import (
	"bytes"
	"encoding/json"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProbe_reportsUnreachableAddresses(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	unreachable := closed.Addr().String()
	require.NoError(t, closed.Close())
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	reachable := tcp.Addr().String()
	require.NoError(t, tcp.Close())
	go func() { _ = listen(t.Context(), []string{"tcp://" + reachable, "udp://" + reachable}) }()

	var out bytes.Buffer
	require.NoError(t, probe(t.Context(), &out, []string{
		"tcp://" + reachable, "udp://" + reachable, "tcp://" + unreachable, "udp://" + unreachable, reachable,
	}))
	var results map[string]string
	require.NoError(t, json.Unmarshal(out.Bytes(), &results))
	require.Len(t, results, 5)
	require.Empty(t, results["tcp://"+reachable])
	require.Empty(t, results["udp://"+reachable])
	require.Contains(t, results["tcp://"+unreachable], "connection refused")
	require.Contains(t, results["udp://"+unreachable], "connection refused")
	require.Contains(t, results[reachable], "must be PROTOCOL://HOST:PORT")
}
