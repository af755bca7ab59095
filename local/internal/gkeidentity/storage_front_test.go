package gkeidentity

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStorageFront_permissions(t *testing.T) {
	f := newFixture(t)
	for _, name := range []string{"bankchurn/model.joblib", "nlpinsight/model.joblib"} {
		f.upload(name, "model")
	}
	f.grant("bankchurn/", "roles/storage.objectViewer")
	token := f.meta.tokens.issue(bankchurn)
	for name, tt := range map[string]struct {
		method, path, token string
		want                int
	}{
		"its object":                  {"GET", objectPath("bankchurn/model.joblib"), token, 200},
		"its object's content":        {"GET", objectPath("bankchurn/model.joblib") + "?alt=media", token, 200},
		"its object, XML":             {"GET", "/demo-models/bankchurn/model.joblib", token, 200},
		"its object, download":        {"GET", "/download" + objectPath("bankchurn/model.joblib"), token, 200},
		"a missing object":            {"GET", objectPath("bankchurn/missing"), token, 404},
		"its prefix":                  {"GET", "/storage/v1/b/demo-models/o?prefix=bankchurn/", token, 200},
		"the bucket's objects":        {"GET", "/storage/v1/b/demo-models/o", token, 403},
		"another service's object":    {"GET", objectPath("nlpinsight/model.joblib"), token, 403},
		"another service's, XML":      {"GET", "/demo-models/nlpinsight/model.joblib", token, 403},
		"another service's, missing":  {"GET", objectPath("nlpinsight/missing"), token, 403},
		"out of its prefix":           {"GET", objectPath("bankchurn/../nlpinsight/model.joblib"), token, 404},
		"out of its prefix, XML":      {"GET", "/demo-models/bankchurn/..%2fnlpinsight/model.joblib", token, 404},
		"the folder of versions":      {"GET", objectPath(".noncurrent/bankchurn/model.joblib/1"), token, 404},
		"delete":                      {"DELETE", objectPath("bankchurn/model.joblib"), token, 403},
		"write":                       {"POST", "/upload/storage/v1/b/demo-models/o?uploadType=media&name=bankchurn/new", token, 403},
		"write, XML":                  {"PUT", "/demo-models/bankchurn/new", token, 403},
		"copy":                        {"POST", objectPath("bankchurn/model.joblib") + "/rewriteTo/b/demo-models/o/bankchurn%2Fnew", token, 403},
		"the bucket":                  {"GET", "/storage/v1/b/demo-models", token, 403},
		"all buckets":                 {"GET", "/storage/v1/b?project=demo", token, 403},
		"delete everything":           {"POST", "/_internal/delete_all", token, 403},
		"a batch":                     {"POST", "/batch/storage/v1", token, 403},
		"anonymous":                   {"GET", objectPath("bankchurn/model.joblib"), "", 401},
		"anonymous, the bucket":       {"GET", "/storage/v1/b/demo-models", "", 401},
		"a token nobody issued":       {"GET", objectPath("bankchurn/model.joblib"), "ya29.guess", 401},
		"an administrator":            {"GET", objectPath("nlpinsight/model.joblib"), admin, 200},
		"an administrator, no object": {"GET", objectPath("nlpinsight/missing"), admin, 404},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := f.do(tt.method, tt.path, tt.token, "")
			require.Equal(t, tt.want, status, body)
		})
	}
}

// A host name selects a bucket in the XML API. The front takes the bucket from the path only.
func TestStorageFront_ignoresHost(t *testing.T) {
	f := newFixture(t)
	f.upload("nlpinsight/model.joblib", "model")
	f.put(bucketMemberType, "viewer", map[string]any{"bucket": "nlpinsight", "role": "roles/storage.objectViewer", "member": bankchurn})
	req, err := http.NewRequest(http.MethodGet, f.url+"/nlpinsight/model.joblib", nil)
	require.NoError(t, err)
	req.Host = "demo-models"
	req.Header.Set("Authorization", "Bearer "+f.meta.tokens.issue(bankchurn))
	response, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusNotFound, response.StatusCode)
}

func TestStorageFront_bindings(t *testing.T) {
	const viewer, objects = "roles/storage.objectViewer", "projects/_/buckets/demo-models/objects/"
	conditional := func(cel string) map[string]any {
		return map[string]any{"role": viewer, "condition": map[string]any{"expression": cel}}
	}
	for name, tt := range map[string]struct {
		typ    string
		inputs map[string]any
		age    time.Duration
		want   int
	}{
		"folder":            {folderMemberType, map[string]any{"managedFolder": "bankchurn", "role": viewer}, time.Minute, 200},
		"bucket":            {bucketMemberType, map[string]any{"role": viewer}, time.Minute, 200},
		"project":           {projectIAMType, map[string]any{"role": viewer}, time.Minute, 200},
		"new":               {bucketMemberType, map[string]any{"role": viewer}, time.Second, 403},
		"other role":        {bucketMemberType, map[string]any{"role": "roles/storage.objectCreator"}, time.Minute, 403},
		"other folder":      {folderMemberType, map[string]any{"managedFolder": "bank", "role": viewer}, time.Minute, 403},
		"other bucket":      {bucketMemberType, map[string]any{"bucket": "demo-datasets", "role": viewer}, time.Minute, 403},
		"other account":     {bucketMemberType, map[string]any{"member": bankchurn + "-2", "role": viewer}, time.Minute, 403},
		"condition":         {bucketMemberType, conditional(`resource.name.startsWith("` + objects + `bankchurn/")`), time.Minute, 200},
		"other condition":   {bucketMemberType, conditional(`resource.name.startsWith("` + objects + `nlpinsight/")`), time.Minute, 403},
		"unknown attribute": {bucketMemberType, conditional(`resource.path.startsWith("bankchurn/")`), time.Minute, 403},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.upload("bankchurn/model.joblib", "model")
			inputs := map[string]any{"bucket": "demo-models", "member": bankchurn}
			for key, value := range tt.inputs {
				inputs[key] = value
			}
			f.putAt(tt.typ, "member", inputs, time.Now().Add(-tt.age))
			status, body := f.do("GET", objectPath("bankchurn/model.joblib"), f.meta.tokens.issue(bankchurn), "")
			require.Equal(t, tt.want, status, body)
		})
	}
}

func TestStorageFront_expiredToken(t *testing.T) {
	f := newFixture(t)
	f.upload("bankchurn/model.joblib", "model")
	f.grant("bankchurn/", "roles/storage.objectViewer")
	f.meta.tokens.lifetime = 300 * time.Millisecond
	token := f.meta.tokens.issue(bankchurn)
	status, _ := f.do("GET", objectPath("bankchurn/model.joblib"), token, "")
	require.Equal(t, http.StatusOK, status)
	require.Eventually(t, func() bool {
		status, _ = f.do("GET", objectPath("bankchurn/model.joblib"), token, "")
		return status == http.StatusUnauthorized
	}, 10*time.Second, 50*time.Millisecond)
	status, _ = f.do("GET", objectPath("bankchurn/model.joblib"), f.meta.tokens.issue(bankchurn), "")
	require.Equal(t, http.StatusOK, status)
}

// The bodies: https://github.com/gkatzioura/CloudStorageMaven/issues/53,
// https://github.com/Superbalist/laravel-google-cloud-storage/issues/14
func TestStorageFront_errorBodies(t *testing.T) {
	f := newFixture(t)
	token := f.meta.tokens.issue(bankchurn)
	for name, tt := range map[string]struct {
		token, message, reason, challenge string
		located                           bool
	}{
		"anonymous": {"", "Anonymous caller does not have storage.objects.get access to the Google Cloud Storage object. " +
			"Permission 'storage.objects.get' denied on resource (or it may not exist).", "required",
			`Bearer realm="https://accounts.google.com/"`, true},
		"invalid": {"x", "Invalid Credentials", "authError", `Bearer realm="https://accounts.google.com/"`, true},
		"denied": {token, "Caller does not have storage.objects.get access to the Google Cloud Storage object. " +
			"Permission 'storage.objects.get' denied on resource (or it may not exist).", "forbidden", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			response := f.send("GET", objectPath("bankchurn/model.joblib"), tt.token, "")
			require.Equal(t, tt.challenge, response.Header.Get("WWW-Authenticate"))
			var body struct {
				Error struct {
					Code    int
					Message string
					Errors  []map[string]string
				}
			}
			require.NoError(t, json.Unmarshal([]byte(response.body), &body))
			require.Equal(t, response.StatusCode, body.Error.Code)
			require.Equal(t, tt.message, body.Error.Message)
			require.Equal(t, tt.reason, body.Error.Errors[0]["reason"])
			require.Equal(t, tt.located, body.Error.Errors[0]["location"] == "Authorization")

			media := f.send("GET", objectPath("bankchurn/model.joblib")+"?alt=media", tt.token, "")
			require.Equal(t, tt.message, media.body)
			require.Equal(t, "text/html; charset=UTF-8", media.Header.Get("Content-Type"))
		})
	}
}

// Objects that a principal may create only, it may not replace.
func TestStorageFront_replacingNeedsDelete(t *testing.T) {
	f := newFixture(t)
	f.grant("bankchurn/", "roles/storage.objectCreator")
	token := f.meta.tokens.issue(bankchurn)
	const path = "/upload/storage/v1/b/demo-models/o?uploadType=media&name=bankchurn/new"
	status, body := f.do("POST", path, token, "one")
	require.Equal(t, http.StatusOK, status, body)
	status, _ = f.do("POST", path, token, "two")
	require.Equal(t, http.StatusForbidden, status)
}

// BenchmarkStorageFront reads an object of 4 MB as the fetcher does, the metadata and then the content, with and
// without the front.
func BenchmarkStorageFront(b *testing.B) {
	f := newFixture(b)
	f.upload("bankchurn/model.joblib", strings.Repeat("x", 4<<20))
	f.grant("bankchurn/", "roles/storage.objectViewer")
	token := f.meta.tokens.issue(bankchurn)
	for name, url := range map[string]string{"front": f.url, "fake-gcs-server": f.front.versions.backend.String()} {
		b.Run(name, func(b *testing.B) {
			f.url = url
			for range b.N {
				f.do("GET", objectPath("bankchurn/model.joblib"), token, "")
				status, _ := f.do("GET", objectPath("bankchurn/model.joblib")+"?alt=media", token, "")
				require.Equal(b, http.StatusOK, status)
			}
		})
	}
}
