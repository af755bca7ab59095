package gkeidentity

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/node/nodeinfo"
	"github.com/modelferry/modelferry/local/internal/provider/storetest"
)

const (
	pool      = "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/demo.svc.id.goog"
	bankchurn = pool + "/subject/ns/ml-portfolio/sa/bankchurn-predictor"
	admin     = "administrator"
)

// fixture is a stack with a bucket, its servers, and a pod of bankchurn.
type fixture struct {
	t      testing.TB
	dir    string
	front  *storageFront
	meta   *metadataServer
	url    string // of the Cloud Storage API
	pod    *corev1.Pod
	podErr error
}

func newFixture(tb testing.TB) *fixture {
	tb.Helper()
	f := &fixture{t: tb, dir: tb.TempDir()}
	storetest.StartGCS(tb, f.dir)
	node, err := nodeinfo.Read(filepath.Join(f.dir, "node.json"))
	require.NoError(tb, err)
	backend, err := url.Parse(node.StoreURL)
	require.NoError(tb, err)
	shared, issued := &records{dir: f.dir}, &tokens{lifetime: time.Hour}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { f.front.ServeHTTP(w, req) }))
	log := slog.New(slog.DiscardHandler)
	f.front, err = newStorageFront(backend, "storage.googleapis.com", filepath.Join(f.dir, "store"), admin, shared, issued, log)
	require.NoError(tb, err)
	server.Start()
	tb.Cleanup(server.Close)
	f.url = server.URL
	f.pod = newPod("ml-portfolio", "bankchurn-predictor", time.Minute)
	f.meta = &metadataServer{
		records: shared, tokens: issued, readyDelay: readyDelay, log: log,
		findPod: func(context.Context, netip.Addr) (*corev1.Pod, error) { return f.pod, f.podErr },
	}
	f.put(bucketType, "demo-models", map[string]any{"name": "demo-models", "versioning": map[string]any{"enabled": true}})
	f.put(clusterType, "main", map[string]any{"workloadIdentityConfig": map[string]any{"workloadPool": "demo.svc.id.goog"}})
	status, body := f.do(http.MethodPost, "/storage/v1/b?project=demo", admin, `{"name": "demo-models"}`)
	require.Equal(tb, http.StatusOK, status, body)
	require.NoError(tb, cloudstate.SetPropagationDelay(f.dir, "5s"))
	return f
}

func newPod(namespace, serviceAccount string, age time.Duration) *corev1.Pod {
	started := metav1.NewTime(time.Now().Add(-age))
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "pod"},
		Spec:       corev1.PodSpec{ServiceAccountName: serviceAccount}, Status: corev1.PodStatus{StartTime: &started},
	}
}

// put records a resource that was created a minute ago.
func (f *fixture) put(typ, id string, inputs map[string]any) {
	f.t.Helper()
	f.putAt(typ, id, inputs, time.Now().Add(-time.Minute))
}

func (f *fixture) putAt(typ, id string, inputs map[string]any, created time.Time) {
	f.t.Helper()
	require.NoError(f.t, cloudstate.Update(f.dir, func(cloud *cloudstate.Cloud) error {
		cloud.Put(cloudstate.Resource{Type: typ, ID: id, Inputs: inputs, Created: created, Updated: created, Outputs: map[string]any{
			"project": "demo", "projectNumber": "123456789012",
		}})
		return nil
	}))
}

// grant gives bankchurn a role on a managed folder.
func (f *fixture) grant(folder, role string) {
	f.t.Helper()
	f.put(folderMemberType, folder+role, map[string]any{
		"bucket": "demo-models", "managedFolder": folder, "role": role, "member": bankchurn,
	})
}

// do sends a request to Cloud Storage. Without a token it is anonymous.
func (f *fixture) do(method, path, token, body string) (int, string) {
	f.t.Helper()
	response := f.send(method, path, token, body)
	return response.StatusCode, response.body
}

type response struct {
	*http.Response
	body string
}

func (f *fixture) send(method, path, token, body string) response {
	f.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, f.url+path, strings.NewReader(body))
	require.NoError(f.t, err)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(f.t, err)
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	require.NoError(f.t, err)
	return response{resp, string(content)}
}

// upload writes an object as the administrator and returns its generation.
func (f *fixture) upload(name, content string) string {
	f.t.Helper()
	status, body := f.do(http.MethodPost, "/upload/storage/v1/b/demo-models/o?uploadType=media&name="+url.QueryEscape(name), admin, content)
	require.Equal(f.t, http.StatusOK, status, body)
	return f.generation(body)
}

func (f *fixture) generation(body string) string {
	f.t.Helper()
	var object struct{ Generation string }
	require.NoError(f.t, json.Unmarshal([]byte(body), &object), body)
	return object.Generation
}

func objectPath(name string) string { return "/storage/v1/b/demo-models/o/" + url.PathEscape(name) }
