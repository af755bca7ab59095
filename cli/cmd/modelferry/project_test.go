package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/uploadtest"
	"github.com/modelferry/modelferry/cli/objectstore"
	"github.com/modelferry/modelferry/cli/stackfile"
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/fetcher/faultproxy"
)

// project is a repository with one stack, whose bucket is in a running store.
type project struct {
	root, stack string
	store       objectstore.Store
	// proxy is between the program and the store.
	proxy *faultproxy.Proxy
	env   []string
}

func newProject(t *testing.T, cloud config.Cloud) project {
	t.Helper()
	server := uploadtest.New(t, cloud)
	proxyURL := server.Location.Endpoint
	server.Location.Endpoint = server.Endpoint // the tests read without the proxy
	store, err := objectstore.Open(t.Context(), server.Location)
	require.NoError(t, err)
	p := project{root: t.TempDir(), stack: string(cloud), store: store, proxy: server.Proxy}
	p.write(t, "Pulumi.yaml", `name: modelferry
config:
  services: {value: {bankchurn: {artifacts: {model: {dest: model.joblib}, data: {dest: data/}}}}}
`)
	provider := map[config.Cloud]string{
		config.GKE: "gcp:project: demo-project\n  gcp:region: europe-west1", config.EKS: "aws:region: " + server.Location.Region,
	}[cloud]
	p.write(t, "Pulumi."+p.stack+".yaml", fmt.Sprintf(`# of %s
config:
  modelferry:cloud: %s
  %s
  modelferry:cluster: {existing: demo}
  modelferry:buckets: {models: %s, datasets: not-used}
  modelferry:endpoints: {storage: %q}
  modelferry:fetcher: {image: "registry/fetcher:1"}
  modelferry:releases:
    bankchurn:
      image: registry/bankchurn:1 # of the server
      artifacts:
        model: {path: bankchurn/m, sha256: "%[6]s", size: 1B} # m
        data: {path: bankchurn/d, sha256: "%[6]s", size: 1B} # d
`, p.stack, p.stack, provider, server.Location.Bucket, proxyURL, config.PlaceholderDigest))
	p.env = append(
		os.Environ(),
		runMainVariable+"=1",
		stackfile.ConfigFileVariable+"=",
		"XDG_CACHE_HOME="+t.TempDir(),
		"TMPDIR="+t.TempDir(),
	)
	return p
}

func (p project) write(t *testing.T, name, content string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(p.root, name), []byte(content), 0o644))
}

func (p project) stackFile(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(p.root, "Pulumi."+p.stack+".yaml"))
	require.NoError(t, err)
	return string(content)
}

// command returns the program with arguments, and its output.
func (p project) command(args ...string) (command *exec.Cmd, output *bytes.Buffer) {
	output = new(bytes.Buffer)
	command = exec.Command(os.Args[0], args...)
	command.Dir, command.Env, command.Stdout, command.Stderr = p.root, p.env, output, output
	return command, output
}

// run runs the program and returns its output and exit code.
func (p project) run(t *testing.T, args ...string) (output string, code int) {
	t.Helper()
	command, out := p.command(args...)
	if err := command.Run(); err != nil {
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
	}
	return out.String(), command.ProcessState.ExitCode()
}

// objects returns the digests of the artifacts in the bucket by key, without those that are known.
func (p project) objects(t *testing.T, known map[string]bool) map[string]string {
	t.Helper()
	list, err := p.store.List(t.Context(), "bankchurn/")
	require.NoError(t, err)
	digests := map[string]string{}
	for _, object := range list {
		if known[object.Key] {
			continue
		}
		reader, _, err := p.store.Open(t.Context(), object.Key)
		require.NoError(t, err)
		sum := sha256.New()
		_, err = io.Copy(sum, reader)
		require.NoError(t, err)
		require.NoError(t, reader.Close())
		digests[object.Key] = hex.EncodeToString(sum.Sum(nil))
	}
	return digests
}
