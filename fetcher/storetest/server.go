package storetest

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Main runs a package's tests and then stops the servers.
func Main(m *testing.M) {
	code := m.Run()
	for _, cleanup := range cleanups {
		cleanup()
	}
	os.Exit(code)
}

var (
	mutex sync.Mutex
	// cleanups stop the servers and remove their data.
	cleanups []func()
)

// Cleanup registers a function to call after the package's tests.
func Cleanup(cleanup func()) {
	mutex.Lock()
	defer mutex.Unlock()
	cleanups = append(cleanups, cleanup)
}

// tempFolder creates a folder that exists until the package's tests end. versitygw stores metadata in extended
// attributes: if the default folder does not support them, such as an old tmpfs, set TMPDIR.
func tempFolder(tb testing.TB) string {
	tb.Helper()
	name, err := os.MkdirTemp("", "modelferry-store-")
	require.NoError(tb, err)
	Cleanup(func() { os.RemoveAll(name) })
	return name
}

// freePort returns a free port on loopback.
func freePort(tb testing.TB) int {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// startServer starts a server and waits until it responds at url.
func startServer(tb testing.TB, url, name string, args ...string) {
	tb.Helper()
	path, err := serverBinary(name)
	require.NoError(tb, err)
	var output bytes.Buffer
	command := exec.Command(path, args...)
	command.Stdout, command.Stderr = &output, &output
	// The server must not outlive this process if that is killed.
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started, exited := make(chan error, 1), make(chan struct{})
	go func() {
		// Pdeathsig refers to the thread that started the process, so keep it.
		runtime.LockOSThread()
		started <- command.Start()
		if command.Process != nil {
			_ = command.Wait() // always an error: the server is killed
		}
		close(exited)
	}()
	require.NoError(tb, <-started)
	Cleanup(func() {
		_ = command.Process.Kill()
		<-exited
	})
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if response, err := http.Get(url); err == nil {
			response.Body.Close()
			return
		}
		select {
		case <-exited:
			tb.Fatalf("%s exited at its start: %s", name, output.String())
		default:
		}
		require.True(tb, time.Now().Before(deadline), "%s does not respond at %s", name, url)
	}
}

func loopbackAddress(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
