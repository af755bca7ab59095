package gcs

import (
	"net/http"
	"net/url"
	"sync"

	"cloud.google.com/go/auth"
	"cloud.google.com/go/auth/httptransport"
	"google.golang.org/api/googleapi"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// renewingTransport adds the token of the pod's identity to requests. If the server answers 401, it gets a new token
// and sends the request once more: a token can be revoked, or expire before the time that its cache knows. A request
// that was redirected to another host or scheme gets no token.
type renewingTransport struct {
	base     http.RoundTripper
	endpoint *url.URL
	// detect returns credentials with an empty cache.
	detect func() (*auth.Credentials, error)

	mutex      sync.Mutex
	authorized http.RoundTripper
}

// newRenewingTransport gets the first credentials.
func newRenewingTransport(
	base http.RoundTripper, endpoint *url.URL, detect func() (*auth.Credentials, error),
) (*renewingTransport, error) {
	t := &renewingTransport{base: base, endpoint: endpoint, detect: detect}
	return t, t.authorize()
}

func (t *renewingTransport) authorize() error {
	creds, err := t.detect()
	if err != nil {
		return err
	}
	client := http.Client{Transport: t.base}
	if err := httptransport.AddAuthorizationMiddleware(&client, creds); err != nil {
		return fetcherr.New(fetcherr.InvalidConfig, "GCS client: %w", err)
	}
	t.authorized = client.Transport
	return nil
}

// RoundTrip sends a request without a body.
func (t *renewingTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Scheme != t.endpoint.Scheme || request.URL.Host != t.endpoint.Host {
		return t.base.RoundTrip(request)
	}
	used := t.current()
	response, err := used.RoundTrip(request)
	if err != nil || response.StatusCode != http.StatusUnauthorized {
		return response, err
	}
	renewed, err := t.renew(used)
	if err != nil {
		return response, nil //nolint:nilerr // the answer says more
	}
	googleapi.CloseBody(response)
	return renewed.RoundTrip(request)
}

func (t *renewingTransport) current() http.RoundTripper {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.authorized
}

// renew replaces the credentials, unless another request has replaced the used ones.
func (t *renewingTransport) renew(used http.RoundTripper) (http.RoundTripper, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.authorized == used {
		if err := t.authorize(); err != nil {
			return nil, err
		}
	}
	return t.authorized, nil
}
