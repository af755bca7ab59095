// Package storetest starts the local cloud's object stores for tests: the real servers, on loopback, with a
// stack's folder that says where they are.
package storetest

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/local/internal/node/nodeinfo"
	"github.com/modelferry/modelferry/local/internal/secrets"
)

// StartGCS starts fake-gcs-server and makes dir the stack's folder.
func StartGCS(t *testing.T, dir string) {
	t.Helper()
	port := freePort(t)
	startServer(t, "fake-gcs-server", nil, port, "-scheme", "http", "-host", "127.0.0.1", "-port", fmt.Sprint(port),
		"-backend", "filesystem", "-filesystem-root", mkdir(t, dir, "store"), "-log-level", "error")
	writeNodeInfo(t, dir, port)
}

// StartS3 starts versitygw for a region and makes dir the stack's folder, which holds the root account.
func StartS3(t *testing.T, dir, region string) {
	t.Helper()
	port := freePort(t)
	root := secrets.StoreAccount{AccessKey: "root", SecretKey: "root-secret"}
	startServer(t, "versitygw", []string{"ROOT_ACCESS_KEY=" + root.AccessKey, "ROOT_SECRET_KEY=" + root.SecretKey}, port,
		"--port", fmt.Sprintf("127.0.0.1:%d", port), "--quiet", "--region", region, "--iam-dir", mkdir(t, dir, "iam"),
		"posix", "--versioning-dir", mkdir(t, dir, "versions"), mkdir(t, dir, "buckets"))
	writeNodeInfo(t, dir, port)
	content, err := json.Marshal(root)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(mkdir(t, dir, "secret"), "store.json"), content, 0o600))
}

func mkdir(t *testing.T, parts ...string) string {
	t.Helper()
	path := filepath.Join(parts...)
	require.NoError(t, os.MkdirAll(path, 0o700))
	return path
}

func writeNodeInfo(t *testing.T, dir string, port int) {
	t.Helper()
	require.NoError(t, nodeinfo.Info{
		Stack: filepath.Base(dir), APIServerURL: "https://192.0.2.1", CAData: []byte("CA"),
		OIDCIssuer: "https://192.0.2.1", StoreURL: fmt.Sprintf("http://127.0.0.1:%d", port),
	}.Write(filepath.Join(dir, "node.json")))
}

// startServer runs a server until the test ends, and waits until it answers.
func startServer(t *testing.T, name string, env []string, port int, args ...string) {
	t.Helper()
	cmd := exec.Command(serverPath(t, name), args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it has nothing to save
		_ = cmd.Wait()
	})
	require.Eventually(t, func() bool {
		resp, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/", port))
		if err == nil {
			resp.Body.Close()
		}
		return err == nil
	}, 20*time.Second, 20*time.Millisecond, "%s does not answer", name)
}

// serverPath is the server from MODELFERRY_BIN, or the one that `go tool` builds in tools/stores.
func serverPath(t *testing.T, name string) string {
	t.Helper()
	if dir := os.Getenv("MODELFERRY_BIN"); dir != "" {
		return filepath.Join(dir, name)
	}
	root, err := configtest.RepositoryRoot()
	require.NoError(t, err)
	find := exec.Command("go", "tool", "-n", name) // builds it into the build cache, and says where
	find.Dir = filepath.Join(root, "tools", "stores")
	path, err := find.Output()
	require.NoError(t, err, "build %s", name)
	return string(path[:len(path)-1])
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}
