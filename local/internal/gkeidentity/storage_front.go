package gkeidentity

import (
	"crypto/subtle"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"

	"github.com/modelferry/modelferry/local/internal/gcpiam"
)

// storageFront authenticates and authorizes requests to Cloud Storage, and passes them to fake-gcs-server, which has no
// authentication and keeps one version of an object.
type storageFront struct {
	records *records
	tokens  *tokens
	// adminToken is the token of the one who may do everything: the program's provider and the upload of artifacts.
	adminToken string
	versions   *versions
	proxy      *httputil.ReverseProxy
	log        *slog.Logger
}

// newStorageFront returns the front for the fake-gcs-server at backend, which stores its objects in dataDir. host is
// the front's address, for which the server makes URLs.
func newStorageFront(backend *url.URL, host, dataDir, adminToken string, records *records, tokens *tokens, log *slog.Logger) (
	*storageFront, error,
) {
	v, err := openVersions(dataDir, backend)
	if err != nil {
		return nil, err
	}
	return &storageFront{
		records: records, tokens: tokens, adminToken: adminToken, versions: v, log: log,
		proxy: &httputil.ReverseProxy{
			Rewrite: func(r *httputil.ProxyRequest) {
				r.SetURL(backend)
				r.Out.Host = host // the server takes a bucket from another one
				r.Out.Header.Del("Authorization")
			},
			Transport: v, ModifyResponse: v.modifyResponse, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		},
	}, nil
}

func (f *storageFront) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r, err := parseStorageRequest(req)
	if err == nil {
		err = f.authorize(req, r)
	}
	if err == nil {
		req, err = f.versions.prepare(req, r, f.keepsVersions(r.bucket))
	}
	if err != nil {
		f.log.Warn("request refused", "from", req.RemoteAddr, "method", req.Method, "path", req.URL.Path, "error", err)
		writeStorageError(w, r, err)
		return
	}
	f.proxy.ServeHTTP(w, req)
}

func (f *storageFront) keepsVersions(bucket string) bool {
	cloud, err := f.records.load()
	return err == nil && versioned(cloud, bucket)
}

// authorize finds the principal of the request's token and evaluates the bindings.
func (f *storageFront) authorize(req *http.Request, r storageRequest) error {
	token, ok := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return denied(r, true)
	}
	if subtle.ConstantTimeCompare([]byte(token), []byte(f.adminToken)) == 1 {
		return nil
	}
	principal, ok := f.tokens.principal(token)
	if !ok {
		return errInvalidToken
	}
	cloud, err := f.records.load()
	if err != nil {
		return err
	}
	known := bindings(cloud)
	allows := func(permission string) bool {
		return gcpiam.Allows(known, gcpiam.Request{
			Principal: principal, Permission: permission, Bucket: r.bucket, Object: r.object, Prefix: r.prefix, Time: time.Now(),
		})
	}
	// To replace an object is to delete it. https://cloud.google.com/storage/docs/access-control/iam-json
	// The PUTs of a resumable upload were allowed when it was started.
	replaces := r.upload && !r.createOnly && req.Method == http.MethodPost && f.versions.exists(r)
	if !allows(r.permission) || replaces && !allows(gcpiam.ObjectsDelete) {
		return denied(r, false)
	}
	return nil
}
