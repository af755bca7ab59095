package gkeidentity

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
)

const (
	accountPath = "/computeMetadata/v1/instance/service-accounts/"
	noHeader    = "Missing required header \"Metadata-Flavor\": \"Google\"\n"
)

// get asks the metadata server as the fixture's pod does.
func (f *fixture) get(path string, header ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(http.MethodGet, path, nil)
	req.Header.Set("Metadata-Flavor", "Google")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	f.meta.ServeHTTP(w, req)
	return w
}

// https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity#metadata_server,
// https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys
func TestMetadataServer_keys(t *testing.T) {
	f := newFixture(t)
	for name, tt := range map[string]struct {
		path   string
		header []string
		status int
		body   string
	}{
		"root":                      {"/", []string{"Metadata-Flavor", ""}, 200, "computeMetadata/\n"},
		"project":                   {"/computeMetadata/v1/project/project-id", nil, 200, "demo"},
		"project number":            {"/computeMetadata/v1/project/numeric-project-id", nil, 200, "123456789012"},
		"universe":                  {"/computeMetadata/v1/universe/universe-domain", nil, 200, "googleapis.com"},
		"accounts":                  {accountPath, nil, 200, "default/\ndemo.svc.id.goog/\n"},
		"account":                   {accountPath + "default/", nil, 200, "aliases\nemail\nidentity\nscopes\ntoken\n"},
		"e-mail":                    {accountPath + "default/email", nil, 200, "demo.svc.id.goog"},
		"e-mail by name":            {accountPath + "demo.svc.id.goog/email", nil, 200, "demo.svc.id.goog"},
		"scopes":                    {accountPath + "default/scopes", nil, 200, scope + "\n"},
		"aliases":                   {accountPath + "default/aliases", nil, 200, "default\n"},
		"unknown account":           {accountPath + "other@demo.iam.gserviceaccount.com/token", nil, 404, "Not Found\n"},
		"unknown key":               {"/computeMetadata/v1/instance/nothing", nil, 404, "Not Found\n"},
		"legacy endpoint":           {"/computeMetadata/v1beta1/instance/service-accounts/default/token", nil, 404, "Not Found\n"},
		"node's kubelet bootstrap":  {"/computeMetadata/v1/instance/attributes/kube-env", nil, 404, "Not Found\n"},
		"without the header":        {accountPath + "default/token", []string{"Metadata-Flavor", ""}, 403, noHeader},
		"another header":            {accountPath + "default/token", []string{"Metadata-Flavor", "AWS"}, 403, noHeader},
		"forwarded by a web server": {accountPath + "default/token", []string{"X-Forwarded-For", "192.0.2.1"}, 403, noHeader},
	} {
		t.Run(name, func(t *testing.T) {
			w := f.get(tt.path, tt.header...)
			require.Equal(t, tt.status, w.Code)
			require.Equal(t, tt.body, w.Body.String())
			require.Equal(t, "Google", w.Header().Get("Metadata-Flavor"))
		})
	}
}

func TestMetadataServer_token(t *testing.T) {
	f := newFixture(t)
	issue := func() (token string) {
		w := f.get(accountPath + "default/token?scopes=x")
		require.Equal(t, http.StatusOK, w.Code, w.Body)
		var body struct {
			Token   string `json:"access_token"`
			Expires int    `json:"expires_in"`
			Type    string `json:"token_type"`
		}
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &body))
		require.Equal(t, "Bearer", body.Type)
		require.Equal(t, 3600, body.Expires)
		return body.Token
	}
	token := issue()
	principal, ok := f.meta.tokens.principal(token)
	require.True(t, ok)
	require.Equal(t, bankchurn, principal)

	f.pod = newPod("other", "bankchurn-predictor", time.Minute)
	principal, _ = f.meta.tokens.principal(issue())
	require.Equal(t, pool+"/subject/ns/other/sa/bankchurn-predictor", principal)
	_, ok = f.meta.tokens.principal(token[:len(token)-1])
	require.False(t, ok)
}

func TestMetadataServer_refusals(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*fixture)
		status int
	}{
		"a pod in its first second":           {func(f *fixture) { f.pod = newPod("ml-portfolio", "bankchurn-predictor", time.Second) }, 500},
		"a pod that has not started":          {func(f *fixture) { f.pod.Status.StartTime = nil }, 500},
		"no pod":                              {func(f *fixture) { f.podErr = errNoPod }, 500},
		"a cluster without workload identity": {func(f *fixture) { f.put(clusterType, "main", map[string]any{}) }, 500},
		"a pool of another project": {func(f *fixture) {
			f.put(clusterType, "main", map[string]any{"workloadIdentityConfig": map[string]any{"workloadPool": "other.svc.id.goog"}})
		}, 500},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			tt.change(f)
			w := f.get(accountPath + "default/token")
			require.Equal(t, tt.status, w.Code, w.Body)
			require.NotContains(t, w.Body.String(), "ya29")
		})
	}
}

func TestFindPod(t *testing.T) {
	ended, hostNetwork, running := newPod("a", "a", 0), newPod("b", "b", 0), newPod("c", "c", 0)
	ended.Status.Phase, hostNetwork.Spec.HostNetwork = corev1.PodSucceeded, true
	pod, err := selectPod([]corev1.Pod{*ended, *hostNetwork, *running})
	require.NoError(t, err)
	require.Equal(t, "c", pod.Namespace)
	_, err = selectPod([]corev1.Pod{*ended, *hostNetwork})
	require.ErrorIs(t, err, errNoPod)
}
