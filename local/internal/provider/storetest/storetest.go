// Package storetest starts the local cloud's object stores for tests: the real servers on loopback, with a stack's
// directory that has their address.
package storetest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/node/nodeinfo"
	"github.com/modelferry/modelferry/local/internal/secrets"
)

// StartGCS starts fake-gcs-server and makes dir a stack's directory.
func StartGCS(t *testing.T, dir string) {
	t.Helper()
	store := mkdir(t, dir, "store")
	port := startServer(t, "fake-gcs-server", nil, func(port int) []string {
		return []string{
			"-scheme", "http", "-host", "127.0.0.1", "-port", fmt.Sprint(port),
			"-backend", "filesystem", "-filesystem-root", store, "-log-level", "error",
		}
	})
	writeNodeInfo(t, dir, port)
}

// StartS3 starts versitygw for a region and makes dir a stack's directory, with the root account's credentials.
func StartS3(t *testing.T, dir, region string) {
	t.Helper()
	root := secrets.StoreAccount{AccessKey: "root", SecretKey: "root-secret"}
	iam, versions, buckets := mkdir(t, dir, "iam"), mkdir(t, dir, "versions"), mkdir(t, dir, "buckets")
	env := []string{"ROOT_ACCESS_KEY=" + root.AccessKey, "ROOT_SECRET_KEY=" + root.SecretKey}
	port := startServer(t, "versitygw", env, func(port int) []string {
		return []string{
			"--port", fmt.Sprintf("127.0.0.1:%d", port), "--quiet", "--region", region, "--iam-dir", iam,
			"posix", "--versioning-dir", versions, buckets,
		}
	})
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
