package scrapetargets

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"
)

// read reads a cluster whose API server has these lists, and answers with a status to all others. TestMonitoring reads
// a real one.
func read(t *testing.T, lists map[string]any, otherwise int) (Cluster, error) {
	t.Helper()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		list, ok := lists[req.URL.Path]
		if !ok {
			w.WriteHeader(otherwise)
			list = metav1.Status{Status: metav1.StatusFailure, Code: int32(otherwise)}
		}
		assert.NoError(t, json.NewEncoder(w).Encode(list))
	}))
	defer api.Close()
	client, err := NewClient(&rest.Config{Host: api.URL})
	require.NoError(t, err)
	return Read(t.Context(), client, map[string]string{"cluster": "c"})
}

func TestRead_kindsThatTheClusterDoesNotKnow(t *testing.T) {
	cluster, err := read(t, map[string]any{
		"/api/v1/pods":     corev1.PodList{Items: []corev1.Pod{newPod(nil)}},
		"/api/v1/services": corev1.ServiceList{},
		"/apis/monitoring.googleapis.com/v1/podmonitorings": map[string]any{
			"items": []PodMonitoring{parse[PodMonitoring](t, podMonitoring)},
		},
	}, http.StatusNotFound)
	require.NoError(t, err)
	targets := cluster.Targets()
	require.Len(t, targets, 1)
	require.Equal(t, "c", targets[0].Labels["cluster"])
}

// Without its pods, a cluster would have no targets, and Prometheus would forget all of them.
func TestRead_clusterFails(t *testing.T) {
	_, err := read(t, nil, http.StatusForbidden)
	require.ErrorContains(t, err, "list /api/v1/pods: ")
}
