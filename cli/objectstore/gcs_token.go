package objectstore

import (
	"context"
	"net/http"
	"os"
	"sync"

	"cloud.google.com/go/auth"
	"cloud.google.com/go/auth/credentials"
)

// gcsScope is the OAuth scope of the tokens.
const gcsScope = "https://www.googleapis.com/auth/devstorage.read_write"

// accessTokenVar is the variable with an access token. Google's Terraform and Pulumi providers know it, too.
// https://registry.terraform.io/providers/hashicorp/google/latest/docs/guides/provider_reference#access_token
const accessTokenVar = "GOOGLE_OAUTH_ACCESS_TOKEN" //nolint:gosec // the name of a variable

// tokenTransport adds a token to the requests to one host. A request to another host gets none. Google's own transport
// links OpenTelemetry.
type tokenTransport struct {
	base http.RoundTripper
	host string

	once  sync.Once
	creds *auth.Credentials
	err   error
}

func (t *tokenTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Host != t.host {
		return t.base.RoundTrip(request)
	}
	token, project, err := t.token(request.Context())
	if err != nil {
		if request.Body != nil {
			_ = request.Body.Close() // as RoundTripper requires
		}
		return nil, err
	}
	authorized := request.Clone(request.Context())
	authorized.Header.Set("Authorization", "Bearer "+token)
	if project != "" {
		authorized.Header.Set("X-Goog-User-Project", project)
	}
	return t.base.RoundTrip(authorized)
}

// token returns a token, and the project that its user's requests count for, which the credentials of people have.
func (t *tokenTransport) token(ctx context.Context) (token, project string, err error) {
	if token := os.Getenv(accessTokenVar); token != "" {
		return token, "", nil
	}
	t.once.Do(func() {
		t.creds, t.err = credentials.DetectDefault(&credentials.DetectOptions{Scopes: []string{gcsScope}})
	})
	if t.err != nil {
		return "", "", newError(ErrDenied, "no Google credentials: %w", t.err).withHint("%s", gcsLoginHint)
	}
	value, err := t.creds.Token(ctx)
	if err != nil {
		return "", "", err
	}
	project, err = t.creds.QuotaProjectID(ctx)
	return value.Value, project, err
}
