package objectstore

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/googleapi"
)

// gcsStore is a bucket of Cloud Storage. It sends requests to the JSON API itself: Google's generated client and its
// storage client link gRPC and OpenTelemetry, which would take longer to build than the rest of the program.
// https://cloud.google.com/storage/docs/json_api/v1
type gcsStore struct {
	http   *http.Client
	bucket string
	// endpoint is the store's URL without a path.
	endpoint string
	retry    retryPolicy
}

func openGCS(_ context.Context, location Location) (Store, error) {
	base := http.DefaultTransport.(*http.Transport).Clone()
	configureTransport(base)
	endpoint, isEmulator := gcsEndpoint(location.Endpoint)
	parsed, err := url.Parse(endpoint)
	if err != nil || parsed.Host == "" {
		return nil, newError(ErrInvalid, "invalid endpoint of Cloud Storage %q: must be https://HOST", endpoint)
	}
	s := &gcsStore{bucket: location.Bucket, endpoint: endpoint, retry: defaultRetries.withNotify(location.OnRetry)}
	s.http = &http.Client{
		Transport: base,
		// 308 is not a redirect here, but the answer to an upload that is not complete.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if !location.Anonymous && !isEmulator {
		s.http.Transport = &tokenTransport{base: base, host: parsed.Host}
	}
	return s, nil
}

// gcsEndpoint returns the store's URL, by the same variables as the fetcher, and whether it is an emulator, which takes
// no credentials.
func gcsEndpoint(endpoint string) (string, bool) {
	emulator := os.Getenv("STORAGE_EMULATOR_HOST")
	if endpoint = cmp.Or(endpoint, os.Getenv("GCS_ENDPOINT_URL")); endpoint != "" || emulator == "" {
		universe := cmp.Or(os.Getenv("GOOGLE_CLOUD_UNIVERSE_DOMAIN"), "googleapis.com")
		return strings.TrimSuffix(cmp.Or(endpoint, "https://storage."+universe), "/"), false
	}
	if !strings.Contains(emulator, "://") {
		emulator = "http://" + emulator
	}
	return strings.TrimSuffix(emulator, "/"), true
}

func (s *gcsStore) URL(key string) string { return quoteURL("gs", s.bucket, key) }

// gcsObject is the part of an object's resource that is requested. 64-bit integers are strings in this API.
// https://cloud.google.com/storage/docs/json_api/v1/objects#resource
type gcsObject struct {
	Name        string            `json:"name"`
	Size        int64             `json:"size,string"`
	Generation  int64             `json:"generation,string"`
	CRC32C      string            `json:"crc32c"`
	Metadata    map[string]string `json:"metadata"`
	TimeCreated time.Time         `json:"timeCreated"`
}

// gcsFields selects the fields of gcsObject.
const gcsFields = "name,size,generation,crc32c,metadata,timeCreated"

func (o gcsObject) object() Object {
	return Object{
		Key: o.Name, Size: o.Size, Version: strconv.FormatInt(o.Generation, 10), SHA256: o.Metadata[metadataDigest], Created: o.TimeCreated,
	}
}

// gcsRequest is a request to the JSON API.
type gcsRequest struct {
	method string
	// url of the request, with its query.
	url    string
	header http.Header
	body   io.Reader
	// length of the body in bytes.
	length int64
	// operation that the request needs the permission for.
	operation operation
	// key is for messages.
	key string
}

// objectURL returns the URL of an object, or of the collection of objects if key is empty.
func (s *gcsStore) objectURL(key string, query url.Values) string {
	target := s.endpoint + "/storage/v1/b/" + escapeName(s.bucket) + "/o"
	if key != "" {
		target += "/" + escapeName(key)
	}
	query.Set("prettyPrint", "false")
	return target + "?" + query.Encode()
}

// escapeName escapes a name for a path. url.PathEscape keeps characters that Cloud Storage requires to be escaped.
// https://cloud.google.com/storage/docs/request-endpoints#encoding
func escapeName(name string) string { return strings.ReplaceAll(url.QueryEscape(name), "+", "%20") }

// send sends a request once. A status other than 2xx and 308 is an *Error. The caller closes the body.
func (s *gcsStore) send(ctx context.Context, r gcsRequest) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, r.method, r.url, r.body)
	if err != nil {
		return nil, newError(ErrInvalid, "%s: %w", s.URL(r.key), err)
	}
	request.ContentLength = r.length
	if r.header != nil {
		request.Header = r.header
	}
	request.Header.Set("User-Agent", userAgent)
	response, err := s.http.Do(request)
	if err != nil {
		return nil, s.requestError(ctx, r, err)
	}
	if response.StatusCode/100 == 2 || response.StatusCode == http.StatusPermanentRedirect {
		return response, nil
	}
	defer googleapi.CloseBody(response)
	return nil, s.classify(r, response)
}

// userAgent names the program to the stores.
const userAgent = "modelferry"

// maxAnswer limits what is read of an answer other than an object's content, in bytes.
const maxAnswer = 16 << 20

// decode reads the JSON of a response and closes it.
func decode(response *http.Response, value any) error {
	defer googleapi.CloseBody(response)
	if err := json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(value); err != nil {
		return fmt.Errorf("invalid answer of the store: %w", err)
	}
	return nil
}

// call sends a request without a body until it succeeds, and decodes its response.
func (s *gcsStore) call(ctx context.Context, r gcsRequest, value any) error {
	return s.retry.do(ctx, func() error {
		response, err := s.send(ctx, r) //nolint:bodyclose // decode closes it
		if err != nil {
			return err
		}
		if err := decode(response, value); err != nil {
			return newError(nil, "%s: %w", s.URL(r.key), err)
		}
		return nil
	})
}

// causeOf returns why a request failed: the cause of its context if that has ended.
func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, context.Canceled) {
		return cause
	}
	return err
}
