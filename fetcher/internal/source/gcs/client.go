package gcs

import (
	"context"
	"net/http"
	"os"
	"strings"

	"cloud.google.com/go/auth/credentials"
	"cloud.google.com/go/auth/httptransport"
	"google.golang.org/api/option"
	"google.golang.org/api/storage/v1"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

const (
	// maxIdleConns is how many idle ones are kept; it is above any FETCH_PARALLEL.
	maxIdleConns = 64
	// readOnlyScope is the scope of the tokens that are asked for.
	readOnlyScope = storage.DevstorageReadOnlyScope
)

// newService makes Google's generated client of the JSON API over a transport
// of our own. The larger SDK, cloud.google.com/go/storage, stands on the same
// client, retries below its caller's feet and brings gRPC along: a third of
// the binary and of its start.
func newService(ctx context.Context) (*storage.Service, error) {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.MaxIdleConnsPerHost = maxIdleConns
	// HTTP/2 would put all ranges on one connection, and one connection's
	// speed on the whole object.
	base.Protocols = new(http.Protocols)
	base.Protocols.SetHTTP1(true)
	client := &http.Client{Transport: storedBytesTransport{base}}
	options := []option.ClientOption{option.WithHTTPClient(client)}
	if UsesEmulator() {
		options = append(options, option.WithEndpoint(emulatorBasePath()))
	} else {
		identity, err := credentials.DetectDefault(&credentials.DetectOptions{Scopes: []string{readOnlyScope}})
		if err != nil {
			return nil, fetcherr.New(fetcherr.PermissionDenied, "no Google identity: %w", err).
				WithHint("give the pod's service account a workload identity, or set GOOGLE_APPLICATION_CREDENTIALS")
		}
		if err := httptransport.AddAuthorizationMiddleware(client, identity); err != nil {
			return nil, fetcherr.New(fetcherr.InvalidConfig, "GCS client: %w", err)
		}
	}
	service, err := storage.NewService(ctx, options...)
	if err != nil {
		return nil, fetcherr.New(fetcherr.InvalidConfig, "GCS client: %w", err)
	}
	return service, nil
}

// UsesEmulator says whether the endpoint is an emulator, which takes no identity.
func UsesEmulator() bool { return os.Getenv("STORAGE_EMULATOR_HOST") != "" }

// emulatorBasePath is the JSON API's base path there. As for Google's own SDKs the
// variable may leave the scheme out.
func emulatorBasePath() string {
	host := os.Getenv("STORAGE_EMULATOR_HOST")
	if !strings.Contains(host, "://") {
		host = "http://" + host
	}
	return strings.TrimSuffix(host, "/") + "/storage/v1/"
}

// storedBytesTransport asks for ranges of the object as it is stored. One with
// Content-Encoding gzip would arrive unpacked, with another length than its
// own and whole, whatever range was asked for. The generated client refuses
// the header, so that it is set below it.
type storedBytesTransport struct{ base http.RoundTripper }

func (t storedBytesTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Header.Get("Range") != "" {
		request = request.Clone(request.Context())
		request.Header.Set("Accept-Encoding", "gzip")
	}
	return t.base.RoundTrip(request)
}
