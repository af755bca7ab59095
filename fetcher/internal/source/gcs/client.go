package gcs

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"cloud.google.com/go/auth"
	"cloud.google.com/go/auth/credentials"
	"google.golang.org/api/googleapi"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

const (
	// readOnlyScope is the OAuth scope of the tokens.
	readOnlyScope = "https://www.googleapis.com/auth/devstorage.read_only"
	// maxErrorBody limits how much is read of a response that is an error, in bytes.
	maxErrorBody = 1 << 20
	// maxMetadata limits the metadata of an object, in bytes.
	maxMetadata = 1 << 20
)

// client sends objects.get requests to the JSON API, without retries.
// https://cloud.google.com/storage/docs/json_api/v1/objects/get
//
// It does not use Google's generated client (google.golang.org/api/storage/v1), which links gRPC and OpenTelemetry:
// a quarter of the compressed binary for one request.
type client struct {
	http      *http.Client
	basePath  string
	userAgent string
	// userProject is the project that pays for requests to a requester-pays bucket, or "".
	userProject string
}

// newClient returns a client with the application default credentials and the read-only scope, for the endpoint in
// GCS_ENDPOINT_URL or that of Google. With STORAGE_EMULATOR_HOST it uses that endpoint and no credentials. Missing
// credentials are fetcherr.PermissionDenied.
func newClient(userAgent, userProject string) (*client, error) {
	base := http.DefaultTransport.(*http.Transport).Clone()
	source.ConfigureTransport(base)
	c := &client{http: &http.Client{Transport: base}, basePath: basePath(), userAgent: userAgent, userProject: userProject}
	if UsesEmulator() {
		return c, nil
	}
	endpoint, err := url.Parse(c.basePath)
	if err != nil {
		return nil, fetcherr.New(fetcherr.InvalidConfig, "endpoint of Cloud Storage: %w", err)
	}
	authorized, err := newRenewingTransport(base, endpoint, detectCredentials)
	if err != nil {
		return nil, err
	}
	c.http.Transport = authorized
	return c, nil
}

func detectCredentials() (*auth.Credentials, error) {
	creds, err := credentials.DetectDefault(&credentials.DetectOptions{Scopes: []string{readOnlyScope}})
	if err != nil {
		return nil, fetcherr.New(fetcherr.PermissionDenied, "no Google identity: %w", err).
			WithHint("give the pod's service account a workload identity, or set GOOGLE_APPLICATION_CREDENTIALS")
	}
	return creds, checkUniverse(creds)
}

// get requests an object: its metadata, or its content if query has alt=media. The caller closes the body. A status
// other than 2xx is a *googleapi.Error.
func (c *client) get(ctx context.Context, bucket, key string, query url.Values, header http.Header) (*http.Response, error) {
	query.Set("prettyPrint", "false")
	if c.userProject != "" {
		query.Set("userProject", c.userProject)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.basePath+"b/{bucket}/o/{object}?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	// url.PathEscape keeps characters that GCS requires to be escaped, such as + and &.
	// https://cloud.google.com/storage/docs/request-endpoints#encoding
	googleapi.Expand(request.URL, map[string]string{"bucket": bucket, "object": key})
	header.Set("User-Agent", c.userAgent)
	request.Header = header
	response, err := c.http.Do(request)
	if ctx.Err() != nil && err != nil {
		return nil, ctx.Err() // says more than the *url.Error around it
	}
	if err != nil {
		return nil, err
	}
	if err := checkStatus(response); err != nil {
		googleapi.CloseBody(response)
		return nil, err
	}
	return response, nil
}

// checkStatus returns a *googleapi.Error if the status is not 2xx. googleapi.CheckResponse alone would read a body of
// any size into memory.
func checkStatus(response *http.Response) error {
	if response.StatusCode/100 == 2 {
		return nil
	}
	limited := *response
	limited.Body = io.NopCloser(io.LimitReader(response.Body, maxErrorBody))
	err := googleapi.CheckResponse(&limited)
	var apiErr *googleapi.Error
	if errors.As(err, &apiErr) {
		apiErr.Code = response.StatusCode // not that of the body
	}
	return err
}

// universeVar names the variable for another universe than googleapis.com, such as a sovereign cloud.
const (
	universeVar     = "GOOGLE_CLOUD_UNIVERSE_DOMAIN"
	defaultUniverse = "googleapis.com"
)

// checkUniverse compares the universe of the endpoint with that of credentials from a file. The authorization would
// refuse each request. The metadata server is not asked: its credentials are always those of the node's universe.
func checkUniverse(creds *auth.Credentials) error {
	if len(creds.JSON()) == 0 {
		return nil
	}
	of, err := creds.UniverseDomain(context.Background()) // that of a file needs no request
	if err != nil {
		return fetcherr.New(fetcherr.InvalidConfig, "universe domain of the Google credentials: %w", err)
	}
	if endpoint := cmp.Or(os.Getenv(universeVar), defaultUniverse); of != endpoint {
		return fetcherr.New(fetcherr.InvalidConfig, "the credentials are for the universe %s, the endpoint is in %s", of, endpoint).
			WithHint("set " + universeVar + " to the universe of the credentials, or use other credentials")
	}
	return nil
}

// UsesEmulator reports whether the endpoint is an emulator, which takes no credentials.
func UsesEmulator() bool { return os.Getenv("STORAGE_EMULATOR_HOST") != "" }

// endpointVar names the variable for another endpoint that is read with credentials. Google's Go SDK has no variable.
const endpointVar = "GCS_ENDPOINT_URL"

// basePath returns the URL of the JSON API. As in Google's SDKs, STORAGE_EMULATOR_HOST may omit the scheme, and
// GOOGLE_CLOUD_UNIVERSE_DOMAIN names another universe than googleapis.com.
func basePath() string {
	const path = "/storage/v1/"
	if endpoint := os.Getenv(endpointVar); endpoint != "" {
		return strings.TrimSuffix(endpoint, "/") + path
	}
	if host := os.Getenv("STORAGE_EMULATOR_HOST"); host != "" {
		if !strings.Contains(host, "://") {
			host = "http://" + host
		}
		return strings.TrimSuffix(host, "/") + path
	}
	return "https://storage." + cmp.Or(os.Getenv(universeVar), defaultUniverse) + path
}
