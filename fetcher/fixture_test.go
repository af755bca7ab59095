package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/report"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// fetcher returns the path of this test binary. With runMain in its environment it runs the fetcher: see TestMain.
var fetcher = sync.OnceValue(func() string {
	path, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return path
})

// runMain is the environment of the fetcher: the variable that TestMain looks for, and what the race detector waits for
// further races before a process ends. By default it is a second, which would be most of a run and of the moments at
// which a test may kill it. https://go.dev/doc/articles/race_detector#Options
var runMain = []string{"FETCHER_TEST_RUN_MAIN=1", "GORACE=atexit_sleep_ms=10"}

// allStores returns both stores by name, for tests that apply to either.
func allStores(t *testing.T) map[string]storetest.Store {
	t.Helper()
	return map[string]storetest.Store{"s3": storetest.S3(t), "gcs": storetest.GCS(t)}
}

// fixture is a model folder, a bucket and the fetcher's environment for them.
type fixture struct {
	store  storetest.Store
	bucket string
	// volume is a folder that contains the model folder and the termination message.
	volume string
	env    map[string]string
}

// newFixture requests the object models/m.bin at the endpoint of the store or, if not empty, of a proxy.
func newFixture(t *testing.T, store storetest.Store, endpoint string) *fixture {
	t.Helper()
	if endpoint == "" {
		endpoint = store.Endpoint()
	}
	f := &fixture{store: store, bucket: store.Bucket(t), volume: t.TempDir(), env: store.Env(endpoint)}
	bucketKey, pathKey := store.EnvVars()
	f.env[bucketKey], f.env[pathKey] = f.bucket, "models/m.bin"
	f.env["LOCAL_MODEL_PATH"] = f.path("m.bin")
	f.env["FETCH_TERMINATION_LOG"] = filepath.Join(f.volume, "termination")
	f.env["FETCH_BACKOFF"] = "20ms"
	f.env["FETCH_TIMEOUT"] = "30s"
	f.env["FETCH_IDENTITY_WAIT"] = "300ms"
	f.env["HOME"] = f.volume // so that the developer's credentials are not used
	return f
}

func (f *fixture) path(name string) string { return filepath.Join(f.volume, "models", name) }

func (f *fixture) url(key string) string { return f.store.URL(f.bucket, key) }

func (f *fixture) set(pairs ...string) *fixture {
	for i := 0; i < len(pairs); i += 2 {
		f.env[pairs[i]] = pairs[i+1]
	}
	return f
}

// setObject requests the object key and its path dest in the model folder.
func (f *fixture) setObject(key, dest string) *fixture {
	_, pathKey := f.store.EnvVars()
	return f.set(pathKey, key, "LOCAL_MODEL_PATH", f.path(dest))
}

// result is the summary and the log of a run.
type result struct {
	report.Summary
	stderr string
}

func (f *fixture) command(ctx context.Context) (*exec.Cmd, *bytes.Buffer) {
	command := exec.CommandContext(ctx, fetcher())
	command.Env = slices.Clone(runMain)
	for key, value := range f.env {
		command.Env = append(command.Env, key+"="+value)
	}
	// The fetcher must not outlive the tests if they are killed.
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var stderr bytes.Buffer
	command.Stderr = &stderr
	return command, &stderr
}

// run runs the fetcher and checks what applies to every run: the exit code, the last log line and the termination
// message agree, and the staging folder is removed unless a later run can resume.
func (f *fixture) run(t *testing.T) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command, stderr := f.command(ctx)
	_ = command.Run() // the exit code is compared below
	return f.result(t, command, stderr.String())
}

func (f *fixture) result(t *testing.T, command *exec.Cmd, stderr string) result {
	t.Helper()
	message, err := os.ReadFile(f.env["FETCH_TERMINATION_LOG"])
	require.NoError(t, err, stderr)
	require.LessOrEqual(t, len(message), report.MaxTerminationMessage)
	got := result{stderr: stderr}
	require.NoError(t, json.Unmarshal(message, &got.Summary))
	require.Equal(t, command.ProcessState.ExitCode(), got.ExitCode, stderr)
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	for _, line := range lines {
		require.True(t, json.Valid([]byte(line)), line)
	}
	var last struct{ Summary json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(lines[len(lines)-1]), &last))
	require.JSONEq(t, string(message), string(last.Summary))
	if got.ExitCode != 3 && got.ExitCode != 8 && got.ExitCode != 143 {
		require.NoDirExists(t, f.path(staging))
	}
	return got
}

// staging is the name of the staging folder.
const staging = ".modelferry-staging"

// requireNothingPublished checks that the model folder contains nothing but the staging folder.
func (f *fixture) requireNothingPublished(t *testing.T) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(f.volume, "models"))
	if !os.IsNotExist(err) {
		require.NoError(t, err)
	}
	for _, entry := range entries {
		require.Equal(t, staging, entry.Name())
	}
}

func (f *fixture) readFile(t *testing.T, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(f.path(name))
	require.NoError(t, err)
	return body
}
