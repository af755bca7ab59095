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

// Main runs a package's tests and ends the servers that they started.
func Main(m *testing.M) {
	code := m.Run()
	for _, end := range cleanups {
		end()
	}
	os.Exit(code)
}

var (
	mutex sync.Mutex
	// cleanups holds what stops each server and removes its data.
	cleanups []func()
)

// Cleanup registers what to do when the package's tests are over.
func Cleanup(end func()) {
	mutex.Lock()
	defer mutex.Unlock()
	cleanups = append(cleanups, end)
}

// tempFolder makes a folder that lasts as long as the package's tests. versitygw
// keeps its metadata in extended attributes: where the temporary folder takes
// none, as an old tmpfs does, TMPDIR has to name another.
func tempFolder(t testing.TB) string {
	name, err := os.MkdirTemp("", "modelferry-store-")
	require.NoError(t, err)
	Cleanup(func() { os.RemoveAll(name) })
	return name
}

// freePort finds a free one on loopback.
func freePort(t testing.TB) int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// startServer runs a server and returns once it answers at url.
func startServer(t testing.TB, url, name string, args ...string) {
	path, err := serverBinary(name)
	require.NoError(t, err)
	var output bytes.Buffer
	command := exec.Command(path, args...)
	command.Stdout, command.Stderr = &output, &output
	// Should this process be killed, the server goes with it.
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started, ended := make(chan error, 1), make(chan struct{})
	go func() {
		// Pdeathsig looks at the thread that started the child: keep it.
		runtime.LockOSThread()
		started <- command.Start()
		if command.Process != nil {
			_ = command.Wait() // it is killed; how it takes that is no matter
		}
		close(ended)
	}()
	require.NoError(t, <-started)
	Cleanup(func() {
		_ = command.Process.Kill()
		<-ended
	})
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if answer, err := http.Get(url); err == nil {
			answer.Body.Close()
			return
		}
		select {
		case <-ended:
			t.Fatalf("%s ended at its start: %s", name, output.String())
		default:
		}
		require.True(t, time.Now().Before(deadline), "%s does not answer at %s", name, url)
	}
}

func loopbackAddress(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
