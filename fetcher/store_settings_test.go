package main_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/storetest"
)

// hostProxy is an HTTP proxy for stores whose buckets are host names, which a test cannot resolve.
type hostProxy struct {
	url     string
	handler http.Handler
	mutex   sync.Mutex
	hosts   []string
}

// newHostProxy returns a proxy that forwards every request to the bucket.
func newHostProxy(t *testing.T, store *storetest.Fake, bucket string) *hostProxy {
	t.Helper()
	p := &hostProxy{}
	p.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mutex.Lock()
		p.hosts = append(p.hosts, r.Host)
		p.mutex.Unlock()
		r.Host = bucket + ".localhost"
		store.ServeHTTP(w, r)
	})
	server := httptest.NewServer(p.handler)
	t.Cleanup(server.Close)
	p.url = server.URL
	return p
}

func TestFetcher_bucketAsHostName(t *testing.T) {
	const accessPoint = "arn:aws:s3:eu-west-3:111122223333:accesspoint/finance"
	tests := []struct{ name, endpoint, style, bucket, host string }{
		{"virtual-host style", "http://store.test:9000", "virtual", "", "BUCKET.store.test:9000"},
		{"virtual-host style with AWS's endpoint", "", "virtual", "", "BUCKET.s3.eu-central-1.amazonaws.com"},
		{"path style with AWS's endpoint", "", "path", "", "s3.eu-central-1.amazonaws.com"},
		{"path style by default", "http://store.test:9000", "", "", "store.test:9000"},
		{"an access point with another endpoint", "http://store.test:9000", "", accessPoint, "finance-111122223333.store.test:9000"},
		{"an access point, whatever the style", "http://store.test:9000", "path", accessPoint, "finance-111122223333.store.test:9000"},
		{"an access point in another region", "", "", accessPoint, "finance-111122223333.s3-accesspoint.eu-west-3.amazonaws.com"},
		{"an access point of Object Lambda", "", "", "arn:aws:s3-object-lambda:eu-west-3:111122223333:accesspoint/finance",
			"finance-111122223333.s3-object-lambda.eu-west-3.amazonaws.com"},
		{"an access point of several regions", "", "", "arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap",
			"mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			store := storetest.FakeS3(t)
			f := newFixture(t, store, "").set("S3_ADDRESSING_STYLE", tt.style, "AWS_ENDPOINT_URL_S3", tt.endpoint)
			store.Put(t, f.bucket, "models/m.bin", []byte("m"))
			if tt.bucket != "" {
				f.set("S3_BUCKET", tt.bucket)
			}
			proxy := newHostProxy(t, store, f.bucket)
			f.set("HTTP_PROXY", proxy.url)
			if tt.endpoint == "" {
				f.useTLSProxy(t, proxy)
			}
			if strings.Contains(tt.name, "path style") { // the path begins with the bucket
				store.Always(func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
					r.URL.Path = strings.TrimPrefix(r.URL.Path, "/"+f.bucket)
					forward.ServeHTTP(w, r)
				})
			}
			got := f.run(t)
			require.Equal(t, 0, got.ExitCode, got.stderr)
			require.Equal(t, strings.ReplaceAll(tt.host, "BUCKET", f.bucket), proxy.hosts[0])
		})
	}
}

// requirePayer refuses requests that name no payer, as a requester-pays bucket does.
func requirePayer(store *storetest.Fake, name string) {
	store.Always(func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		switch {
		case name == "s3" && r.Header.Get("X-Amz-Request-Payer") != "requester":
			store.Error(http.StatusForbidden, "AccessDenied", "Access Denied")(w, r, forward)
		case name == "gcs" && r.URL.Query().Get("userProject") != "payer-1":
			store.Error(http.StatusBadRequest, "required", "Bucket is a requester pays bucket but no user project provided.")(w, r, forward)
		default:
			forward.ServeHTTP(w, r)
		}
	})
}

func TestFetcher_requesterPays(t *testing.T) {
	for name, store := range storetest.Fakes(t) {
		requirePayer(store, name)
		f := newFixture(t, store, "")
		store.Put(t, f.bucket, "models/m.bin", []byte("m"))
		t.Run(name+"/without a payer", func(t *testing.T) {
			c := map[string]failure{
				"s3":  {exit: 3, outcome: "denied", message: "AccessDenied"},
				"gcs": {exit: 2, outcome: "config", message: "set GCS_USER_PROJECT to a project that pays"},
			}[name]
			c.prepare = func(*testing.T, *fixture) {}
			c.check(t, f)
		})
		t.Run(name, func(t *testing.T) {
			got := f.set("S3_REQUEST_PAYER", "requester", "GCS_USER_PROJECT", "payer-1").run(t)
			require.Equal(t, 0, got.ExitCode, got.stderr)
		})
	}
}
