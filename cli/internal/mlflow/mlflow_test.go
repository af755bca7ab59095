package mlflow_test

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
	"github.com/modelferry/modelferry/cli/internal/mlflow"
	"github.com/modelferry/modelferry/cli/internal/uploadtest"
	"github.com/modelferry/modelferry/cli/objectstore"
	"github.com/modelferry/modelferry/config"
)

func TestMain(m *testing.M) { uploadtest.Main(m) }

func parse(t *testing.T, text string) mlflow.Reference {
	t.Helper()
	reference, err := mlflow.ParseReference(text)
	require.NoError(t, err)
	require.Equal(t, text, reference.String())
	return reference
}

func TestParseReference(t *testing.T) {
	require.Equal(t, mlflow.Reference{Name: "bankchurn", Version: "3"}, parse(t, "models:/bankchurn/3"))
	require.Equal(t, mlflow.Reference{Name: "main.risk.bankchurn", Alias: "champion"}, parse(t, "models:/main.risk.bankchurn@champion"))
	require.Equal(
		t,
		mlflow.Reference{Name: "bankchurn", Version: "3", Path: "data/model.pkl"},
		parse(t, "models:/bankchurn/3/data/model.pkl"),
	)
	require.Equal(
		t,
		mlflow.Reference{Name: "bankchurn", Alias: "champion", Path: "model.pkl"},
		parse(t, "models:/bankchurn@champion/model.pkl"),
	)
	for text, reason := range map[string]string{
		"models:/":                     "no name of a registered model",
		"models:/bankchurn":            "no version",
		"models:/bankchurn@":           "no alias",
		"models:/bankchurn/Production": `"Production" is not the number of a version`,
		"models:/bankchurn/latest":     `"latest" is not the number of a version`,
		"models:/bankchurn/03":         `"03" is not the number of a version`,
		"models://host/bankchurn/3":    "MLFLOW_TRACKING_URI",
		"models:bankchurn/3":           "MLFLOW_TRACKING_URI",
		"models:/bankchurn/3/../x":     "the path leads outside the model",
	} {
		require.True(t, mlflow.IsReference(text), text)
		_, err := mlflow.ParseReference(text)
		require.ErrorContains(t, err, text)
		require.ErrorContains(t, err, reason)
		require.ErrorContains(t, err, "must be models:/NAME/VERSION or models:/NAME@ALIAS")
	}
	require.False(t, mlflow.IsReference("models/bankchurn"))
}

func TestNewClient_server(t *testing.T) {
	for value, text := range map[string]string{
		"": "set MLFLOW_TRACKING_URI", "databricks": `invalid MLFLOW_TRACKING_URI "databricks"`, "sqlite:///mlflow.db": "must be the http:// or https:// URL",
	} {
		_, err := mlflow.NewClient(func(name string) string { return map[string]string{"MLFLOW_TRACKING_URI": value}[name] })
		require.ErrorContains(t, err, text)
	}
}

func TestResolve_versionAndAlias(t *testing.T) {
	client := newServer(t).client(nil)
	for _, text := range []string{"models:/bankchurn/3", "models:/bankchurn@champion"} {
		model, err := client.Resolve(t.Context(), parse(t, text))
		require.NoError(t, err)
		want := map[string]string{
			"mlflow.model": "models:/bankchurn/3", "mlflow.run_id": "8f2c", "mlflow.metric.accuracy": "0.8125", "mlflow.metric.loss": "NaN",
			"mlflow.param.max_depth": "7", "mlflow.tag.team": "risk",
			"mlflow.param.columns": strings.Repeat("column,", 72)[:500] + "…",
		}
		if model.Reference.Alias != "" {
			want["mlflow.alias"] = "champion"
		}
		require.Equal(t, want, model.Annotations())
	}
}

func TestDownload_artifacts(t *testing.T) {
	for text, want := range map[string]map[string]string{
		"models:/bankchurn@champion":                   {"MLmodel": "flavors: {}\n", "model.pkl": "", "data/a b/ü#?.json": "{}"},
		"models:/bankchurn/2":                          {"MLmodel": "version 2\n"},
		"models:/bankchurn/3/MLmodel":                  {"MLmodel": "flavors: {}\n"},
		"models:/bankchurn/3/data":                     {"a b/ü#?.json": "{}"},
		"models:/bankchurn@champion/data/a b":          {"ü#?.json": "{}"},
		"models:/bankchurn@champion/data/a b/ü#?.json": {"ü#?.json": "{}"},
	} {
		t.Run(text, func(t *testing.T) {
			s := newServer(t)
			if _, ok := want["model.pkl"]; ok {
				want["model.pkl"] = s.files["1/models/m-5e3f1b2c/artifacts/model.pkl"]
			}
			require.Equal(t, want, download(t, s.client(nil), text))
		})
	}
}

// download returns the contents of the downloaded files by name.
func download(t *testing.T, client *mlflow.Client, text string) map[string]string {
	t.Helper()
	model, err := client.Resolve(t.Context(), parse(t, text))
	require.NoError(t, err)
	dir := t.TempDir()
	target, err := client.Download(t.Context(), model, dir)
	require.NoError(t, err)
	found := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		relative, _ := filepath.Rel(dir, name)
		found[filepath.ToSlash(relative)] = string(content)
		return err
	}))
	if target != dir {
		require.Len(t, found, 1)
		require.FileExists(t, target)
	}
	return found
}

// Artifacts in a bucket are read with the credentials of the cloud's own tools.
func TestDownload_bucket(t *testing.T) {
	for _, cloud := range config.Clouds() {
		t.Run(string(cloud), func(t *testing.T) {
			stored := uploadtest.New(t, cloud)
			store, err := objectstore.Open(t.Context(), stored.Location)
			require.NoError(t, err)
			for name, content := range map[string]string{"model/MLmodel": "m", "model/data/x": "x", "model2/y": "other"} {
				file := filepath.Join(t.TempDir(), "file")
				require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
				opened, err := os.Open(file)
				require.NoError(t, err)
				_, err = store.Put(
					t.Context(),
					"mlflow/"+name,
					objectstore.Content{File: opened, Size: int64(len(content))},
					objectstore.PutOptions{},
				)
				require.NoError(t, err)
				require.NoError(t, opened.Close())
			}
			t.Setenv("STORAGE_EMULATOR_HOST", stored.Location.Endpoint)
			s := newServer(t)
			s.bucket = cloud.URLScheme() + "://" + stored.Location.Bucket
			require.Equal(t, map[string]string{"MLmodel": "m", "data/x": "x"}, download(t, s.client(nil), "models:/bucket/1"))
			require.Equal(t, map[string]string{"x": "x"}, download(t, s.client(nil), "models:/bucket/1/data/x"))
		})
	}
}

func TestClient_login(t *testing.T) {
	for name, tt := range map[string]struct {
		env  map[string]string
		want string
	}{
		"none":     {nil, ""},
		"token":    {map[string]string{"MLFLOW_TRACKING_TOKEN": "t", "MLFLOW_TRACKING_USERNAME": "ada"}, "Bearer t"},
		"password": {map[string]string{"MLFLOW_TRACKING_USERNAME": "ada", "MLFLOW_TRACKING_PASSWORD": "pw"}, "Basic YWRhOnB3"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.login = tt.want
			download(t, s.client(tt.env), "models:/bankchurn/3")
			require.Equal(t, s.requests, s.authorized)
		})
	}
}

// The artifacts of another server do not get the login of this one.
func TestClient_loginStaysWithItsServer(t *testing.T) {
	other := newServer(t)
	other.login = "Bearer t"
	s := newServer(t)
	s.answers["GET /api/2.0/mlflow/model-versions/get-download-uri?name=bankchurn&version=3"] = exchange{
		Status: 200,
		Answer: []byte(fmt.Sprintf(`{"artifact_uri": "%s/api/2.0/mlflow-artifacts/artifacts/1/0d1e/artifacts/model"}`, other.url)),
	}
	client := s.client(map[string]string{"MLFLOW_TRACKING_TOKEN": "t"})
	require.Equal(t, map[string]string{"MLmodel": "version 2\n"}, download(t, client, "models:/bankchurn/3"))
	require.Positive(t, other.requests)
	require.Zero(t, other.authorized)
}

func TestResolve_errors(t *testing.T) {
	for text, tt := range map[string]struct {
		kind error
		text string
	}{
		"models:/bankchurn/9":       {objectstore.ErrNotFound, "Model Version (name=bankchurn, version=9) not found"},
		"models:/bankchurn@missing": {objectstore.ErrNotFound, "Registered model alias missing not found"},
		"models:/secret/1":          {objectstore.ErrDenied, "give the user READ on the registered model"},
		"models:/bankchurn/4":       {nil, "version 4 is not ready: PENDING_REGISTRATION copying"},
	} {
		_, err := newServer(t).client(nil).Resolve(t.Context(), parse(t, text))
		require.ErrorContains(t, err, text+": ")
		require.ErrorContains(t, err, tt.text)
		if tt.kind != nil {
			require.ErrorIs(t, err, tt.kind)
		}
	}
}

func TestDownload_errors(t *testing.T) {
	for text, want := range map[string]string{
		"models:/bankchurn/1":         "the artifacts are at dbfs:/models/1, which cannot be read from here: start the MLflow server with --serve-artifacts",
		"models:/outside/1":           `the artifact store has a file outside the model: "../../evil"`,
		"models:/bankchurn/3/missing": "not found",
	} {
		client := newServer(t).client(nil)
		model, err := client.Resolve(t.Context(), parse(t, text))
		require.NoError(t, err)
		dir := t.TempDir()
		_, err = client.Download(t.Context(), model, dir)
		require.ErrorContains(t, err, text+": ")
		require.ErrorContains(t, err, want)
	}
}

func TestClient_serverBehaviour(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	cut := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte("x"))
		panic(http.ErrAbortHandler)
	}
	page := func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>login</html>")) }
	for name, tt := range map[string]struct {
		fault http.HandlerFunc
		kind  error
		text  string
	}{
		"503 once": {fault: status(503)},
		"429 once": {fault: status(429)},
		"401":      {status(401), objectstore.ErrDenied, "set MLFLOW_TRACKING_TOKEN"},
		"page":     {page, nil, "is not MLflow's"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.faults = []http.HandlerFunc{tt.fault}
			_, err := s.client(nil).Resolve(t.Context(), parse(t, "models:/bankchurn/3"))
			if tt.text == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.text)
			if tt.kind != nil {
				require.ErrorIs(t, err, tt.kind)
			}
		})
	}
	t.Run("a cut download is repeated", func(t *testing.T) {
		s := newServer(t)
		client := s.client(nil)
		model, err := client.Resolve(t.Context(), parse(t, "models:/bankchurn/3/MLmodel"))
		require.NoError(t, err)
		s.faults = []http.HandlerFunc{s.ServeNext, cut, cut}
		target, err := client.Download(t.Context(), model, t.TempDir())
		require.NoError(t, err)
		content, err := os.ReadFile(target)
		require.NoError(t, err)
		require.Equal(t, "flavors: {}\n", string(content))
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := newServer(t).client(nil).Resolve(ctx, parse(t, "models:/bankchurn/3"))
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestFetch_namesTheModel(t *testing.T) {
	s := newServer(t)
	t.Setenv("MLFLOW_TRACKING_URI", s.url)
	dir := t.TempDir()
	path, annotations, err := mlflow.Fetch(t.Context(), "models:/bankchurn@champion", dir)
	require.NoError(t, err)
	require.Equal(t, filepath.Join(dir, "bankchurn"), path)
	require.FileExists(t, filepath.Join(path, "data", "a b", "ü#?.json"))
	require.Equal(t, "models:/bankchurn/3", annotations["mlflow.model"])

	path, _, err = mlflow.Fetch(t.Context(), "models:/bankchurn/3/model.pkl", t.TempDir())
	require.NoError(t, err)
	require.Equal(t, "model.pkl", filepath.Base(path))
	for _, reference := range []string{"models:/bankchurn", "models:/../3"} {
		_, _, err = mlflow.Fetch(t.Context(), reference, dir)
		require.Equal(t, exitcode.Invalid, exitcode.Of(t.Context(), err))
	}
	_, _, err = mlflow.Fetch(t.Context(), "models:/bankchurn/9", t.TempDir())
	require.Equal(t, exitcode.NotFound, exitcode.Of(t.Context(), err))
	t.Setenv("MLFLOW_TRACKING_URI", "")
	_, _, err = mlflow.Fetch(t.Context(), "models:/bankchurn/3", dir)
	require.Equal(t, exitcode.Invalid, exitcode.Of(t.Context(), err))
}
