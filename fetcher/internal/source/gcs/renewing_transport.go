package gcs

import (
	"net/http"
	"sync"

	"cloud.google.com/go/auth"
	"cloud.google.com/go/auth/httptransport"
	"google.golang.org/api/googleapi"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// renewingTransport adds the token of the pod's identity to requests. If the server answers 401, it gets a new token
// and sends the request once more: a token can be revoked, or expire before the time that its cache knows.
type renewingTransport struct {
	base http.RoundTripper
	// detect returns credentials with an empty cache.
	detect func() (*auth.Credentials, error)

	mutex      sync.Mutex
	authorized http.RoundTripper
}

// newRenewingTransport gets the first credentials.
func newRenewingTransport(base http.RoundTripper, detect func() (*auth.Credentials, error)) (*renewingTransport, error) {
	t := &renewingTransport{base: base, detect: detect}
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
