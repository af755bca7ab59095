package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
}

func sum(text string) string {
	s := sha256.Sum256([]byte(text))
	return hex.EncodeToString(s[:])
}

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestHealth(t *testing.T) {
	for name, c := range map[string]struct {
		files  map[string]string
		model  string
		others []string
		status int
		reason string
	}{
		"model exists":        {files: map[string]string{"model.joblib": "m"}, model: "model.joblib", status: 200},
		"model missing":       {model: "model.joblib", status: 503, reason: "no such file"},
		"model empty":         {files: map[string]string{"model.joblib": ""}, model: "model.joblib", status: 503, reason: "is empty"},
		"folder not empty":    {files: map[string]string{"finbert/a/weights": "w"}, model: "finbert", status: 200},
		"folder empty":        {files: map[string]string{"finbert/weights": ""}, model: "finbert", status: 503, reason: "is empty"},
		"folder with marker":  {files: map[string]string{"finbert/.modelferry": "{}"}, model: "finbert", status: 503, reason: "is empty"},
		"predictions missing": {files: map[string]string{"model.joblib": "m"}, model: "model.joblib", others: []string{"predictions"}, status: 503, reason: "predictions"},
		"predictions exist": {files: map[string]string{"model.joblib": "m", "predictions/p.csv": "p"}, model: "model.joblib",
			others: []string{"predictions"}, status: 200},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range c.files {
				write(t, filepath.Join(dir, file), text)
			}
			others := []string{""}
			for _, other := range c.others {
				others = append(others, filepath.Join(dir, other))
			}
			w := get(newHandler(filepath.Join(dir, c.model), others...), "/health")
			require.Equal(t, c.status, w.Code, w.Body)
			require.Contains(t, w.Body.String(), c.reason)
		})
	}
}

func TestModel_readsFileOnEachRequest(t *testing.T) {
	dir := t.TempDir()
	model := filepath.Join(dir, "model.joblib")
	write(t, model, "one")
	write(t, filepath.Join(dir, "data/raw/Churn.csv"), "rows")
	write(t, filepath.Join(dir, markerName), fmt.Sprintf(`{"fetchedAt": "2026-01-02T03:04:05Z", "artifacts": [
		{"dest": "model.joblib", "source": "gs://models/model.joblib", "bytes": 3, "sha256": %q,
			"verified": "sha256", "signature": "key"},
		{"dest": "data/raw/Churn.csv", "sha256": %q}]}`, sum("one"), sum("rows")))
	h := newHandler(model)

	d := describeModel(t, h)
	require.Equal(t, model, d.Path)
	require.Equal(t, int64(3), d.Bytes)
	require.Equal(t, sum("one"), d.SHA256)
	require.Equal(t, "2026-01-02T03:04:05Z", d.FetchedAt.Format(time.RFC3339))
	require.Len(t, d.Artifacts, 2)
	require.Equal(t, "gs://models/model.joblib", d.Artifacts[0].Source)
	require.Equal(t, "key", d.Artifacts[0].Signature)
	require.Equal(t, sum("rows"), d.Artifacts[1].ActualSHA256)

	write(t, model, "two")
	d = describeModel(t, h)
	require.Equal(t, sum("two"), d.SHA256)
	require.Equal(t, sum("one"), d.Artifacts[0].SHA256)
	require.Equal(t, sum("two"), d.Artifacts[0].ActualSHA256)
}

func TestModel_folder(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "b/weights"), "ww")
	write(t, filepath.Join(dir, "a.json"), "c")
	write(t, filepath.Join(dir, markerName), `{"artifacts": [{"dest": "model.tar.gz", "sha256": "x", "extracted": true}]}`)

	d := describeModel(t, newHandler(dir))
	require.Equal(t, int64(3), d.Bytes)
	require.Equal(t, sum(sum("c")+"  a.json\n"+sum("ww")+"  b/weights\n"), d.SHA256)
	require.Len(t, d.Artifacts, 1)
	require.Empty(t, d.Artifacts[0].ActualSHA256)
}

func TestModel_withoutMarker(t *testing.T) {
	model := filepath.Join(t.TempDir(), "model.joblib")
	write(t, model, "one")
	d := describeModel(t, newHandler(model))
	require.Empty(t, d.Artifacts)
	require.Nil(t, d.FetchedAt)
}

func TestModel_missing(t *testing.T) {
	w := get(newHandler(filepath.Join(t.TempDir(), "model.joblib")), "/model")
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
}

func describeModel(t *testing.T, h http.Handler) description {
	t.Helper()
	w := get(h, "/model")
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	var d description
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &d))
	return d
}

func TestMetrics_withoutModel(t *testing.T) {
	h := newHandler(filepath.Join(t.TempDir(), "model.joblib"))
	get(h, "/health")
	get(h, "/wp-login.php")
	metrics := get(h, "/metrics").Body.String()
	require.Contains(t, metrics, "\nmodel_server_ready 0\n")
	require.Contains(t, metrics, "\nmodel_server_requests_total{method=\"GET\",route=\"/health\",status=\"503\"} 1\n"+
		"model_server_requests_total{method=\"GET\",route=\"other\",status=\"404\"} 1\n")
	require.NotContains(t, metrics, "model_info")
	require.Contains(t, get(h, "/metrics").Body.String(), `{method="GET",route="/metrics",status="200"} 1`)
}

func TestMetrics_ofModel(t *testing.T) {
	const fields = `"source": "gs://models/m", "bytes": 7, "sha256": "abc", "version": "17", "verified": "sha256"`
	for name, c := range map[string]struct{ model, file, record string }{
		"file":   {"model.joblib", "model.joblib", `{"dest": "model.joblib", ` + fields + `}`},
		"folder": {"finbert", "finbert/weights", `{"dest": "finbert/model.tar.gz", "extracted": true, ` + fields + `}`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, c.file), "m")
			write(t, filepath.Join(dir, markerName),
				`{"artifacts": [{"dest": "data.csv", "sha256": "x"}, `+c.record+`], "fetchedAt": "2026-11-02T03:04:05.123456789Z"}`)
			metrics := get(newHandler(filepath.Join(dir, c.model)), "/metrics").Body.String()
			for _, series := range []string{
				"model_server_ready 1",
				`model_server_model_info{sha256="abc",source="gs://models/m",verified="sha256",version="17"} 1`,
				"model_server_model_bytes 7",
				"model_server_fetched_timestamp_seconds 1793588645.123",
			} {
				require.Contains(t, metrics, "\n"+series+"\n")
			}
		})
	}
}

func TestRun_shutdown(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	t.Setenv("PORT", port)
	t.Setenv("MODEL_PATH", "")
	log := slog.New(slog.DiscardHandler)
	require.ErrorContains(t, run(context.Background(), log), "MODEL_PATH is not set")

	t.Setenv("MODEL_PATH", "/nowhere")
	ctx, end := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, log) }()
	require.Eventually(t, func() bool {
		response, err := http.Get("http://127.0.0.1:" + port + "/health")
		return err == nil && response.Body.Close() == nil && response.StatusCode == http.StatusServiceUnavailable
	}, 5*time.Second, 10*time.Millisecond)
	end()
	require.NoError(t, <-ended)
}
