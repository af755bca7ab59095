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
func StartGCS(tb testing.TB, dir string) {
	tb.Helper()
	store := mkdir(tb, dir, "store")
	port := startServer(tb, "fake-gcs-server", nil, func(port int) []string {
		return []string{
			"-scheme", "http", "-host", "127.0.0.1", "-port", fmt.Sprint(port),
			"-backend", "filesystem", "-filesystem-root", store, "-log-level", "error",
		}
	})
	writeNodeInfo(tb, dir, port)
	writeAccount(tb, dir, secrets.StoreAccount{AccessKey: "root", SecretKey: "root-secret"})
}

// StartS3 starts versitygw for a region and makes dir a stack's directory, with the root account's credentials.
func StartS3(tb testing.TB, dir, region string) {
	tb.Helper()
	root := secrets.StoreAccount{AccessKey: "root", SecretKey: "root-secret"}
	iam, versions, buckets := mkdir(tb, dir, "iam"), mkdir(tb, dir, "versions"), mkdir(tb, dir, "buckets")
	env := []string{"ROOT_ACCESS_KEY=" + root.AccessKey, "ROOT_SECRET_KEY=" + root.SecretKey}
	port := startServer(tb, "versitygw", env, func(port int) []string {
		return []string{
			"--port", fmt.Sprintf("127.0.0.1:%d", port), "--quiet", "--region", region, "--iam-dir", iam,
			"posix", "--versioning-dir", versions, buckets,
		}
	})
	writeNodeInfo(tb, dir, port)
	writeAccount(tb, dir, root)
}

func writeAccount(tb testing.TB, dir string, account secrets.StoreAccount) {
	tb.Helper()
	content, err := json.Marshal(account)
	require.NoError(tb, err)
	require.NoError(tb, os.WriteFile(filepath.Join(mkdir(tb, dir, "secret"), "store.json"), content, 0o600))
}

func mkdir(tb testing.TB, parts ...string) string {
	tb.Helper()
	path := filepath.Join(parts...)
	require.NoError(tb, os.MkdirAll(path, 0o700))
	return path
}

func writeNodeInfo(tb testing.TB, dir string, port int) {
	tb.Helper()
	require.NoError(tb, nodeinfo.Info{
		Stack: filepath.Base(dir), APIServerURL: "https://192.0.2.1", CAData: []byte("CA"),
		OIDCIssuer: "https://192.0.2.1", StoreURL: fmt.Sprintf("http://127.0.0.1:%d", port),
	}.Write(filepath.Join(dir, "node.json")))
}
