package gcs

import (
	"context"
	"io"
	"net/http"

	"cloud.google.com/go/auth/credentials"
	"cloud.google.com/go/auth/httptransport"
	"cloud.google.com/go/storage"
	"google.golang.org/api/option"

	"github.com/modelferry/modelferry/fetcher/fault"
)

// connections is how many idle ones are kept; it is above any FETCH_PARALLEL.
const connections = 64

// newClient makes the SDK's client over a transport of our own.
func newClient(ctx context.Context) (*storage.Client, error) {
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.MaxIdleConnsPerHost = connections
	// HTTP/2 would put all ranges on one connection, and one connection's
	// speed on the whole object.
	base.Protocols = new(http.Protocols)
	base.Protocols.SetHTTP1(true)
	client := &http.Client{Transport: ranged{base}}
	options := []option.ClientOption{
		option.WithHTTPClient(client),
		// XML reads, the default, are unknown to some emulators, and answer
		// with errors of another shape.
		storage.WithJSONReads(),
	}
	if !Emulated() {
		identity, err := credentials.DetectDefault(&credentials.DetectOptions{Scopes: []string{storage.ScopeReadOnly}})
		if err != nil {
			return nil, fault.New(fault.Denied, "no Google identity: %w", err).
				Advise("give the pod's service account a workload identity, or set GOOGLE_APPLICATION_CREDENTIALS")
		}
		if err := httptransport.AddAuthorizationMiddleware(client, identity); err != nil {
			return nil, fault.New(fault.Config, "GCS client: %w", err)
		}
		options = append(options, option.WithAuthCredentials(identity))
	}
	sdk, err := storage.NewClient(ctx, options...)
	if err != nil {
		return nil, fault.New(fault.Config, "GCS client: %w", err)
	}
	// The SDK retries for ever by itself; retries belong to transfer.
	sdk.SetRetry(storage.WithPolicy(storage.RetryNever))
	return sdk, nil
}

// ranged sees to the requests for ranges what the SDK does not.
type ranged struct{ base http.RoundTripper }

// breaks is the context's key for what to call when a range's body breaks.
type breaks struct{}

func (t ranged) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Header.Get("Range") == "" {
		return t.base.RoundTrip(request)
	}
	// An object with Content-Encoding gzip would arrive unpacked, with another
	// length than its own and whole, whatever range was asked for. The SDK's
	// ReadCompressed says so too, but its JSON reads refuse that header.
	request = request.Clone(request.Context())
	request.Header.Set("Accept-Encoding", "gzip")
	response, err := t.base.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	if broken, ok := request.Context().Value(breaks{}).(context.CancelCauseFunc); ok {
		response.Body = &fragile{ReadCloser: response.Body, broken: broken}
	}
	return response, nil
}

// fragile is a body that ends its request when it breaks. The SDK would open
// another at once, with no wait and no end, as long as the server answers.
type fragile struct {
	io.ReadCloser
	broken context.CancelCauseFunc
}

func (b *fragile) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		b.broken(err)
	}
	return n, err
}
