package storetest

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/repotest"
)

// startTimeout is how long a server may take until it answers. A loaded machine needs seconds.
const startTimeout = time.Minute

// startServer runs a server until the test ends, waits until it answers, and returns its port. The port is free when
// it is chosen, but another process can take it before the server listens; the server then exits, and is started again
// on another port.
func startServer(tb testing.TB, name string, env []string, args func(port int) []string) (port int) {
	tb.Helper()
	path := serverPath(tb, name)
	for deadline := time.Now().Add(startTimeout); time.Now().Before(deadline); {
		port := freePort(tb)
		cmd := exec.Command(path, args(port)...)
		cmd.Env = append(os.Environ(), env...)
		cmd.Stderr = os.Stderr
		// The server must not outlive this process if that is killed, or ends at its timeout.
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		started, exited := make(chan error, 1), make(chan struct{})
		go func() {
			defer close(exited)
			// Pdeathsig refers to the thread that started the process, so keep it.
			runtime.LockOSThread()
			started <- cmd.Start()
			_ = cmd.Wait() // the exit code does not matter: the server is killed, or another one is started
		}()
		require.NoError(tb, <-started)
		if answers(port, exited, deadline) {
			tb.Cleanup(func() {
				_ = cmd.Process.Kill() // it has no state to save
				<-exited
			})
			return port
		}
		_ = cmd.Process.Kill()
		<-exited
	}
	require.FailNow(tb, name+" does not answer", "within %s", startTimeout)
	return 0
}

// answers waits until the server on a port answers, and returns false if it exits or the deadline passes before.
func answers(port int, exited <-chan struct{}, deadline time.Time) bool {
	for time.Now().Before(deadline) {
		resp, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/", port))
		if err == nil {
			resp.Body.Close()
		}
		select {
		case <-exited: // what answered is another process on this port
			return false
		case <-time.After(20 * time.Millisecond):
			if err == nil {
				return true
			}
		}
	}
	return false
}

// serverPath returns the server in MODELFERRY_BIN, or the one that `go tool` builds in tools/stores.
func serverPath(tb testing.TB, name string) string {
	tb.Helper()
	if path := repotest.Binary(name); path != "" {
		return path
	}
	build := exec.Command("go", "tool", "-n", name) // builds it into the build cache and prints its path
	build.Dir = repotest.Path(tb, "tools", "stores")
	path, err := build.Output()
	require.NoError(tb, err, "build %s", name)
	return string(path[:len(path)-1])
}

func freePort(tb testing.TB) int {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}
