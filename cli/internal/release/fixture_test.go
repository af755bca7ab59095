package release

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/pack"
	"github.com/modelferry/modelferry/cli/internal/records"
	"github.com/modelferry/modelferry/cli/internal/uploadtest"
	"github.com/modelferry/modelferry/cli/objectstore"
	"github.com/modelferry/modelferry/cli/stackfile"
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

const project = `name: modelferry
config:
  services:
    value:
      bankchurn:
        artifacts:
          model: {dest: model.joblib, env: MODEL_PATH}
      chicagotaxi:
        artifacts:
          model: {dest: model/, env: MODEL_PATH}
          predictions: {dest: predictions/}
      nlpinsight:
        backends:
          tfidf: {artifacts: {model: {dest: model.joblib}}}
          finbert: {artifacts: {model: {dest: finbert/}}}
`

// stackTemplate needs the cloud's keys, the bucket and the store's URL.
const stackTemplate = `# the stack
config:
  modelferry:cloud: %s
  modelferry:cluster: {existing: demo}
  modelferry:buckets: {models: %s, datasets: not-used}
  modelferry:endpoints: {storage: "%s"}
  modelferry:fetcher: {image: "registry/fetcher:1"}
  modelferry:releases:
    bankchurn: # the churn model
      image: registry/bankchurn:1
      artifacts:
        model:
          path: bankchurn/model.joblib
          sha256: "0000000000000000000000000000000000000000000000000000000000000000"
          size: 4.1MB # rounded
    nlpinsight: {image: "registry/nlpinsight:1", backend: tfidf, artifacts: {model: {path: nlpinsight/m.joblib, size: 1MB}}}
`

// fixture is a project with stacks whose buckets are in running stores.
type fixture struct {
	root     string
	env      *Environment
	messages *bytes.Buffer
	stores   map[string]uploadtest.Store
}

// clouds are the stacks of a fixture.
var clouds = map[string]config.Cloud{"gke": config.GKE, "eks": config.EKS}

// newFixture creates a project with stacks, each named like its cloud.
func newFixture(t *testing.T, stacks ...string) *fixture {
	t.Helper()
	t.Setenv(stackfile.ConfigFileVariable, "")
	f := &fixture{root: t.TempDir(), messages: new(bytes.Buffer), stores: map[string]uploadtest.Store{}}
	f.write(t, "Pulumi.yaml", project)
	for _, stack := range stacks {
		store := uploadtest.New(t, clouds[stack])
		f.stores[stack] = store
		cloud := stack + "\n  " + map[string]string{
			"gke": "gcp:project: demo-project\n  gcp:region: europe-west1", "eks": "aws:region: " + store.Location.Region,
		}[stack]
		f.write(t, "Pulumi."+stack+".yaml", fmt.Sprintf(stackTemplate, cloud, store.Location.Bucket, store.Location.Endpoint))
	}
	f.env = &Environment{
		Root:      f.root,
		OpenStore: objectstore.Open,
		Buckets: func(context.Context, string, string) (map[string]string, error) {
			return nil, errors.New("the config has the names")
		},
		Pack:     pack.Write,
		Author:   Author{Who: "ada@example.com", Commit: "abc"},
		Now:      time.Now,
		Messages: f.messages,
		Progress: func(string, int64) (func(int64), func()) { return nil, func() {} },
		StateDir: t.TempDir(),
	}
	return f
}

// write writes a file in the project and returns its path.
func (f *fixture) write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(f.root, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	return path
}

func (f *fixture) stackFile(t *testing.T, stack string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(f.root, "Pulumi."+stack+".yaml"))
	require.NoError(t, err)
	return string(content)
}

// client returns a client of a stack's store without faults.
func (f *fixture) client(t *testing.T, stack string) objectstore.Store {
	t.Helper()
	location := f.stores[stack].Location
	location.Endpoint = f.stores[stack].Endpoint
	store, err := objectstore.Open(t.Context(), location)
	require.NoError(t, err)
	return store
}

// objects returns the content of a stack's bucket by key.
func (f *fixture) objects(t *testing.T, stack string) map[string]string {
	t.Helper()
	store := f.client(t, stack)
	list, err := store.List(t.Context(), "")
	require.NoError(t, err)
	content := map[string]string{}
	for _, object := range list {
		reader, _, err := store.Open(t.Context(), object.Key)
		require.NoError(t, err)
		body, err := io.ReadAll(reader)
		require.NoError(t, err)
		reader.Close()
		content[object.Key] = string(body)
	}
	return content
}

// records returns the records of bankchurn in a stack's bucket.
func (f *fixture) records(t *testing.T, stack string) []records.Record {
	t.Helper()
	list, err := records.Log{Store: f.client(t, stack), Service: "bankchurn"}.Read(t.Context())
	require.NoError(t, err)
	return list
}

// release releases a model of bankchurn with some content.
func (f *fixture) release(t *testing.T, content string, stacks ...string) Result {
	t.Helper()
	result, err := f.env.Release(t.Context(), f.request(t, content, stacks...))
	require.NoError(t, err)
	return result
}

func (f *fixture) request(t *testing.T, content string, stacks ...string) Request {
	t.Helper()
	path := f.write(t, "model.joblib", content)
	return Request{Service: "bankchurn", Stacks: stacks, Inputs: []Input{{Artifact: "model", Source: path}}}
}

func digestOf(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

func keyOf(content string) string { return "bankchurn/" + digestOf(content)[:12] + "/model.joblib" }

// pinned reports whether a stack's file has a content as the model of bankchurn, and nothing else of it has changed.
func (f *fixture) pinned(t *testing.T, stack, content string) bool {
	t.Helper()
	file := f.stackFile(t, stack)
	require.Contains(t, file, "\n    bankchurn: # the churn model\n      image: registry/bankchurn:1\n")
	require.Contains(t, file, "B # rounded\n")
	return strings.Contains(file, "path: "+keyOf(content)+"\n") && strings.Contains(file, `sha256: "`+digestOf(content)+`"`)
}

// server returns the running store of a stack.
func server(t *testing.T, stack string) interface {
	Put(tb testing.TB, bucket, key string, body []byte) string
	Delete(tb testing.TB, bucket, key string)
} {
	t.Helper()
	if stack == "gke" {
		return storetest.GCS(t)
	}
	return storetest.S3(t)
}

// overwrite replaces an object by other means than modelferry.
func (f *fixture) overwrite(t *testing.T, stack, key, content string) {
	t.Helper()
	server(t, stack).Put(t, f.stores[stack].Location.Bucket, key, []byte(content))
}

func (f *fixture) delete(t *testing.T, stack, key string) {
	t.Helper()
	server(t, stack).Delete(t, f.stores[stack].Location.Bucket, key)
}
