package mlflow_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/mlflow"
)

// server answers with the exchanges of testdata, and has an artifact service.
type server struct {
	t       *testing.T
	url     string
	answers map[string]exchange
	// files of the artifact service by their paths.
	files map[string]string
	// bucket replaces BUCKET in answers.
	bucket string
	login  string

	mutex sync.Mutex
	// faults are answered before anything else.
	faults []http.HandlerFunc
	// requests so far, and those of them with the login.
	requests, authorized int
}

type exchange struct {
	Request string
	Status  int
	Answer  json.RawMessage
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{t: t, answers: map[string]exchange{}, files: map[string]string{
		"1/models/m-5e3f1b2c/artifacts/MLmodel":           "flavors: {}\n",
		"1/models/m-5e3f1b2c/artifacts/model.pkl":         strings.Repeat("weights", 1000),
		"1/models/m-5e3f1b2c/artifacts/data/a b/ü#?.json": "{}",
		"1/0d1e/artifacts/model/MLmodel":                  "version 2\n",
		"1/0d1e/artifacts/other":                          "not of the model",
	}}
	text, err := os.ReadFile("testdata/exchanges.json")
	require.NoError(t, err)
	var exchanges []exchange
	require.NoError(t, json.Unmarshal(text, &exchanges))
	for _, e := range exchanges {
		s.answers[e.Request] = e
	}
	http := httptest.NewServer(s)
	t.Cleanup(http.Close)
	s.url = http.URL
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	s.requests++
	if r.Header.Get("Authorization") == s.login {
		s.authorized++
	}
	if len(s.faults) > 0 {
		fault := s.faults[0]
		s.faults = s.faults[1:]
		s.mutex.Unlock()
		fault(w, r)
		return
	}
	s.mutex.Unlock()
	const artifacts = "/api/2.0/mlflow-artifacts/artifacts"
	query := r.URL.Query()
	found, ok := s.answers[r.Method+" "+r.URL.Path+"?"+query.Encode()]
	switch {
	case ok:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(found.Status)
		_, _ = w.Write(
			[]byte(strings.NewReplacer("BUCKET", s.bucket, "LONG", strings.Repeat("column,", 1000)).Replace(string(found.Answer))),
		)
	case r.URL.Path == artifacts:
		s.list(w, query.Get("path"))
	case strings.HasPrefix(r.URL.Path, artifacts+"/"):
		content, ok := s.files[strings.TrimPrefix(r.URL.Path, artifacts+"/")]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = w.Write([]byte(content))
	default:
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte("<!doctype html><title>404 Not Found</title>"))
	}
}

// list answers with the base names of the files and folders in a folder, and with none for a file.
func (s *server) list(w http.ResponseWriter, folder string) {
	type file struct {
		Path  string `json:"path"`
		IsDir bool   `json:"is_dir"`
		Size  int    `json:"file_size,omitempty"`
	}
	found := map[string]file{}
	for name, content := range s.files {
		rest, ok := strings.CutPrefix(name, path.Clean(folder)+"/")
		if !ok {
			continue
		}
		first, _, isDir := strings.Cut(rest, "/")
		found[first] = file{first, isDir, map[bool]int{false: len(content)}[isDir]}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"files": slices.Collect(maps.Values(found))})
}

// client returns a client with a login.
func (s *server) client(env map[string]string) *mlflow.Client {
	s.t.Helper()
	variables := maps.Clone(env)
	if variables == nil {
		variables = map[string]string{}
	}
	variables["MLFLOW_TRACKING_URI"] = s.url + "/"
	client, err := mlflow.NewClient(func(name string) string { return variables[name] })
	require.NoError(s.t, err)
	return client
}

// ServeNext answers without the next faults.
func (s *server) ServeNext(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	faults := s.faults
	s.faults = nil
	s.mutex.Unlock()
	s.ServeHTTP(w, r)
	s.mutex.Lock()
	s.faults = faults
	s.mutex.Unlock()
}
