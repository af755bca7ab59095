package fetcherexporter

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
)

var finished = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func terminated(exitCode int32, reason, message string) corev1.ContainerState {
	return corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
		ExitCode: exitCode, Reason: reason, Message: message,
		StartedAt: metav1.NewTime(finished.Add(-2 * time.Second)), FinishedAt: metav1.NewTime(finished),
	}}
}

func pod(name string, fetcher corev1.ContainerStatus) corev1.Pod {
	fetcher.Name = "fetcher"
	return corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ml", Name: name, UID: "uid-of-" + "pod"},
		Status:     corev1.PodStatus{InitContainerStatuses: []corev1.ContainerStatus{{Name: "other"}, fetcher}},
	}
}

// scrape returns the metrics of pods without comments, and the query with which the pods were listed. The cluster is an
// API server of which only the list of pods is there.
func scrape(t *testing.T, status int, pods ...corev1.Pod) (response *http.Response, lines []string, query url.Values) {
	t.Helper()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		assert.Equal(t, "/api/v1/namespaces/ml/pods", req.URL.Path)
		query = req.URL.Query()
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		list := corev1.PodList{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PodList"}, Items: pods}
		assert.NoError(t, json.NewEncoder(w).Encode(list))
	}))
	defer api.Close()
	client, err := typedcorev1.NewForConfig(&rest.Config{Host: api.URL})
	require.NoError(t, err)
	recorder := httptest.NewRecorder()
	Handler(client, "ml", "tier=ml-service").ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(recorder.Body.String()) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return recorder.Result(), lines, query
}

func TestHandler_metrics(t *testing.T) {
	const labels = `{container="fetcher",namespace="ml",pod="a",uid="uid-of-pod"}`
	for name, c := range map[string]struct {
		fetcher corev1.ContainerStatus
		want    []string
	}{
		"success": {
			fetcher: corev1.ContainerStatus{State: terminated(0, "Completed", `{"outcome":"done","exitCode":0,"artifacts":[
				{"source":"gs://b/m","sha256":"00ff","version":"7","verified":"sha256"},
				{"source":"gs://b/m","sha256":"00ff","version":"7","verified":"sha256"},
				{"source":"gs://b/d","verified":"crc"}],"bytes":4100000,"seconds":1.25,"attempts":3}`)},
			want: []string{
				`modelferry_fetcher_artifact_info{container="fetcher",namespace="ml",pod="a",sha256="",` +
					`source="gs://b/d",uid="uid-of-pod",verified="crc",version=""} 1`,
				`modelferry_fetcher_artifact_info{container="fetcher",namespace="ml",pod="a",sha256="00ff",` +
					`source="gs://b/m",uid="uid-of-pod",verified="sha256",version="7"} 1`,
				"modelferry_fetcher_attempts" + labels + " 3",
				"modelferry_fetcher_bytes" + labels + " 4.1e+06",
				"modelferry_fetcher_duration_seconds" + labels + " 1.25",
				`modelferry_fetcher_exit_code{container="fetcher",namespace="ml",outcome="done",pod="a",uid="uid-of-pod"} 0`,
				"modelferry_fetcher_finished_timestamp_seconds" + labels + " 1.7958672e+09",
			},
		},
		"failure, waiting for the next run": {
			fetcher: corev1.ContainerStatus{LastTerminationState: terminated(5, "Error", `{"outcome":"integrity","exitCode":5,
				"message":"x","bytes":0,"seconds":0.5,"attempts":1}`)},
			want: []string{
				"modelferry_fetcher_attempts" + labels + " 1",
				"modelferry_fetcher_bytes" + labels + " 0",
				"modelferry_fetcher_duration_seconds" + labels + " 0.5",
				`modelferry_fetcher_exit_code{container="fetcher",namespace="ml",outcome="integrity",pod="a",uid="uid-of-pod"} 5`,
				"modelferry_fetcher_finished_timestamp_seconds" + labels + " 1.7958672e+09",
			},
		},
		"killed, without a summary": {
			fetcher: corev1.ContainerStatus{State: terminated(137, "OOMKilled", `{"level":"INFO","msg":"the end of the log"}`)},
			want: []string{
				"modelferry_fetcher_duration_seconds" + labels + " 2",
				`modelferry_fetcher_exit_code{container="fetcher",namespace="ml",outcome="OOMKilled",pod="a",uid="uid-of-pod"} 137`,
				"modelferry_fetcher_finished_timestamp_seconds" + labels + " 1.7958672e+09",
			},
		},
		"running": {fetcher: corev1.ContainerStatus{State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}}},
	} {
		t.Run(name, func(t *testing.T) {
			response, lines, query := scrape(t, http.StatusOK, pod("a", c.fetcher))
			require.Equal(t, http.StatusOK, response.StatusCode)
			require.Equal(t, c.want, lines)
			require.Equal(t, "tier=ml-service", query.Get("labelSelector"))
			require.Equal(t, "0", query.Get("resourceVersion"))
		})
	}
}

// Prometheus has to see that a cluster cannot be read, and not that it has no pods.
func TestHandler_clusterFails(t *testing.T) {
	response, lines, _ := scrape(t, http.StatusForbidden)
	require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
	require.Len(t, lines, 1)
	require.Contains(t, lines[0], "list pods: ")
}
