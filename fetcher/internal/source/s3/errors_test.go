package s3

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// refusalCase is an error response of S3 and what it means.
type refusalCase struct {
	status  int
	code    string
	version string
	kind    fetcherr.Kind
	// message is a part of the error.
	message string
}

// codeCases has a case for every row of errorClasses and wrongRegionCodes.
var codeCases = []refusalCase{
	{403, "AccessDenied", "", fetcherr.IdentityNotReady, "grant s3:GetObject on arn:aws:s3:::models/a/*"},
	{403, "AccessDenied", "v1", fetcherr.IdentityNotReady, "grant s3:GetObject and s3:GetObjectVersion on"},
	{400, "KMS.AccessDeniedException", "", fetcherr.IdentityNotReady, "grant kms:Decrypt"},

	{400, "ExpiredToken", "", fetcherr.PermissionDenied, "check where the pod's credentials come from"},
	{403, "IncompleteSignature", "", fetcherr.PermissionDenied, "check where the pod's credentials come from"},
	{403, "InvalidAccessKeyId", "", fetcherr.PermissionDenied, "check where the pod's credentials come from"},
	{403, "InvalidClientTokenId", "", fetcherr.PermissionDenied, "check where the pod's credentials come from"},
	{403, "InvalidSecurity", "", fetcherr.PermissionDenied, "check where the pod's credentials come from"},
	{400, "InvalidToken", "", fetcherr.PermissionDenied, "check where the pod's credentials come from"},
	{400, "TokenRefreshRequired", "", fetcherr.PermissionDenied, "check where the pod's credentials come from"},
	{403, "UnrecognizedClientException", "", fetcherr.PermissionDenied, "check where the pod's credentials come from"},
	{403, "SignatureDoesNotMatch", "", fetcherr.PermissionDenied, "AWS_SECRET_ACCESS_KEY, and that no proxy changes the request"},
	{403, "RequestExpired", "", fetcherr.PermissionDenied, "synchronize the node's clock"},
	{403, "RequestTimeTooSkewed", "", fetcherr.PermissionDenied, "synchronize the node's clock"},

	{403, "AccountProblem", "", fetcherr.PermissionDenied, "disabled the account or the bucket"},
	{403, "AllAccessDisabled", "", fetcherr.PermissionDenied, "disabled the account or the bucket"},
	{403, "InvalidPayer", "", fetcherr.PermissionDenied, "disabled the account or the bucket"},
	{403, "NotSignedUp", "", fetcherr.PermissionDenied, "disabled the account or the bucket"},
	{403, "OptInRequired", "", fetcherr.PermissionDenied, "disabled the account or the bucket"},
	{403, "UserSuspended", "", fetcherr.PermissionDenied, "disabled the account or the bucket"},
	{400, "UserProjectMissing", "", fetcherr.PermissionDenied, "set S3_REQUEST_PAYER=requester"},
	{403, "UserProjectAccountProblem", "", fetcherr.PermissionDenied, "disabled the account or the bucket"},

	{403, "InvalidObjectState", "", fetcherr.NotFound, "S3 returned 403 InvalidObjectState: message (restore the object"},
	{403, "ObjectNotInActiveTierError", "", fetcherr.NotFound, "restore the object"},
	{400, "KMS.DisabledException", "", fetcherr.PermissionDenied, "enable the KMS key"},
	{400, "KMS.InvalidKeyUsageException", "", fetcherr.PermissionDenied, "enable the KMS key"},
	{400, "KMS.InvalidStateException", "", fetcherr.PermissionDenied, "enable the KMS key"},
	{400, "KMS.KMSInvalidStateException", "", fetcherr.PermissionDenied, "enable the KMS key"},
	{400, "KMS.NotFoundException", "", fetcherr.PermissionDenied, "enable the KMS key"},
	{400, "ServerSideEncryptionKeyMissing", "", fetcherr.InvalidConfig, "customer-provided key (SSE-C)"},

	{404, "NoSuchKey", "", fetcherr.NotFound, "no such object (check the bucket and the path"},
	{404, "NoSuchBucket", "", fetcherr.NotFound, `bucket "models" does not exist (check S3_BUCKET and AWS_REGION)`},
	{404, "NoSuchVersion", "v1", fetcherr.NotFound, "no version v1 of this object"},
	{400, "InvalidBucketName", "", fetcherr.InvalidConfig, "check S3_BUCKET"},
	{400, "InvalidAccessPoint", "", fetcherr.InvalidConfig, "check S3_BUCKET"},
	{404, "NoSuchAccessPoint", "", fetcherr.NotFound, "check S3_BUCKET"},
	{404, "NoSuchMultiRegionAccessPoint", "", fetcherr.NotFound, "check S3_BUCKET"},
	{400, "InvalidAddressingHeader", "", fetcherr.InvalidConfig, "S3_ADDRESSING_STYLE"},
	{400, "InvalidURI", "", fetcherr.InvalidConfig, "S3_ADDRESSING_STYLE"},
	{400, "KeyTooLongError", "", fetcherr.InvalidConfig, "keys of at most 1024 bytes"},
	{405, "MethodNotAllowed", "", fetcherr.InvalidConfig, "check the endpoint, AWS_ENDPOINT_URL_S3"},
	{405, "MethodNotAllowed", "v1", fetcherr.NotFound, "this version is a delete marker"},
	{501, "NotImplemented", "", fetcherr.InvalidConfig, "check the endpoint, AWS_ENDPOINT_URL_S3"},

	{400, "AuthorizationHeaderMalformed", "", fetcherr.InvalidConfig, "set AWS_REGION to the bucket's region"},
	{404, "EndpointNotFound", "", fetcherr.InvalidConfig, "set AWS_REGION to the bucket's region"},
	{400, "IllegalLocationConstraintException", "", fetcherr.InvalidConfig, "set AWS_REGION to the bucket's region"},
	{400, "IncorrectEndpoint", "", fetcherr.InvalidConfig, "set AWS_REGION to the bucket's region"},
	{301, "PermanentRedirect", "", fetcherr.InvalidConfig, "set AWS_REGION to the bucket's region"},

	{416, "InvalidRange", "", fetcherr.ObjectChanged, "was replaced while it was read"},
	{412, "PreconditionFailed", "", fetcherr.ObjectChanged, "was replaced while it was read"},

	{503, "BandwidthLimitExceeded", "", fetcherr.Transient, ""},
	{409, "ConditionalRequestConflict", "", fetcherr.Transient, ""},
	{500, "InternalError", "", fetcherr.Transient, ""},
	{400, "KMS.ThrottlingException", "", fetcherr.Transient, ""},
	{409, "OperationAborted", "", fetcherr.Transient, ""},
	{400, "RequestLimitExceeded", "", fetcherr.Transient, ""},
	{400, "RequestThrottled", "", fetcherr.Transient, ""},
	{400, "RequestTimeout", "", fetcherr.Transient, ""},
	{403, "ServiceUnavailable", "", fetcherr.Transient, ""},
	{400, "SlowDown", "", fetcherr.Transient, ""},
	{307, "TemporaryRedirect", "", fetcherr.Transient, ""},
	{400, "Throttling", "", fetcherr.Transient, ""},
	{400, "ThrottlingException", "", fetcherr.Transient, ""},
	{400, "TooManyRequests", "", fetcherr.Transient, ""},
	{400, "TooManyRequestsException", "", fetcherr.Transient, ""},
}

// statusCases have a code that no table knows.
var statusCases = []refusalCase{
	{302, "Moved", "", fetcherr.InvalidConfig, "set AWS_REGION to the bucket's region"},
	{307, "Unknown", "", fetcherr.Transient, ""},
	{400, "Unknown", "", fetcherr.InvalidConfig, "S3 returned 400 Unknown: message"},
	{401, "Unknown", "", fetcherr.IdentityNotReady, "grant s3:GetObject"},
	{403, "Unknown", "", fetcherr.IdentityNotReady, "grant s3:GetObject"},
	{404, "Unknown", "", fetcherr.NotFound, "no such object"},
	{405, "Unknown", "", fetcherr.InvalidConfig, "the server does not support the request"},
	{405, "Unknown", "v1", fetcherr.NotFound, "this version is a delete marker"},
	{407, "Unknown", "", fetcherr.InvalidConfig, "the proxy requires a login"},
	{408, "Unknown", "", fetcherr.Transient, ""},
	{409, "Unknown", "", fetcherr.Transient, ""},
	{412, "Unknown", "", fetcherr.ObjectChanged, ""},
	{416, "Unknown", "", fetcherr.ObjectChanged, ""},
	{418, "Unknown", "", fetcherr.InvalidConfig, ""},
	{425, "Unknown", "", fetcherr.Transient, ""},
	{429, "Unknown", "", fetcherr.Transient, ""},
	{500, "Unknown", "", fetcherr.Transient, ""},
	{501, "Unknown", "", fetcherr.InvalidConfig, "the server does not support the request"},
	{502, "Unknown", "", fetcherr.Transient, ""},
	{503, "Unknown", "", fetcherr.Transient, ""},
}

// newFakeSource returns a Source for a store that answers every request with the fault.
func newFakeSource(t *testing.T, fault func(*storetest.Fake) faultproxy.Fault) *Source {
	t.Helper()
	store := storetest.FakeS3(t)
	store.Always(fault(store))
	for key, value := range store.Env(store.Endpoint()) {
		t.Setenv(key, value)
	}
	src, err := New(t.Context())
	require.NoError(t, err)
	return src
}

func (c refusalCase) name() string {
	return strings.TrimSpace(fmt.Sprint(c.status, " ", c.code, " ", c.version))
}

func TestClassifyError_everyCode(t *testing.T) {
	covered := map[string]bool{}
	for _, tt := range append(codeCases, statusCases...) {
		covered[tt.code] = true
		t.Run(tt.name(), func(t *testing.T) {
			src := newFakeSource(t, func(f *storetest.Fake) faultproxy.Fault { return f.Error(tt.status, tt.code, "message") })
			ref := source.Ref{Bucket: "models", Key: "a/b", Version: tt.version}
			_, err := src.Stat(t.Context(), ref)
			require.ErrorContains(t, err, tt.message)
			require.Equal(t, tt.kind, fetcherr.KindOf(err), err)
			_, err = src.Read(t.Context(), source.Object{Ref: ref, Size: 1, ETag: `"e"`}, 0, 1)
			require.Error(t, err)
			if tt.kind == fetcherr.NotFound && !strings.Contains(tt.message, "restore the object") { // Stat has found the object before
				require.Equal(t, fetcherr.ObjectChanged, fetcherr.KindOf(err), err)
				return
			}
			require.Equal(t, tt.kind, fetcherr.KindOf(err), err)
		})
	}
	for _, code := range slices.Concat(slices.Collect(maps.Keys(errorClasses)), slices.Collect(maps.Keys(wrongRegionCodes))) {
		require.True(t, covered[code], "no case for %s", code)
	}
}

// respond returns a fault that answers with a body of any kind.
func respond(status int, contentType, body string, header ...string) faultproxy.Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", contentType)
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the client may close the connection
	}
}

// Responses whose meaning is in the rest of the response.
func TestClassifyError_restOfResponse(t *testing.T) {
	const page = "<html><body>Blocked by policy<br></body></html>"
	xmlError := func(fields string) string { return "<Error>" + fields + "<RequestId>1</RequestId></Error>" }
	denied := func(message string) string {
		return xmlError("<Code>AccessDenied</Code><Message>" + message + "</Message>")
	}
	tests := []struct {
		name    string
		fault   faultproxy.Fault
		kind    fetcherr.Kind
		message string
	}{
		{"403 without a body", respond(403, "application/xml", ""), fetcherr.IdentityNotReady, "S3 returned 403 Forbidden (grant"},
		{"404 without a body", respond(404, "application/xml", ""), fetcherr.NotFound, "no such object"},
		{"503 without a body", respond(503, "application/xml", ""), fetcherr.Transient, "S3 returned 503 Service Unavailable"},
		{"a code without a message", respond(403, "application/xml", xmlError("<Code>InvalidObjectState</Code>")), fetcherr.NotFound,
			"S3 returned 403 InvalidObjectState (restore the object"},
		{"an archived object with its storage class", respond(403, "application/xml",
			xmlError("<Code>InvalidObjectState</Code><Message>not valid</Message><StorageClass>GLACIER</StorageClass>")),
			fetcherr.NotFound, "InvalidObjectState: not valid (storage class GLACIER) (restore the object"},
		{"a missing kms:Decrypt", respond(403, "application/xml", denied("not authorized to perform: kms:Decrypt on resource: arn:aws:")),
			fetcherr.IdentityNotReady, "grant kms:Decrypt on the KMS key"},
		{"an explicit deny", respond(403, "application/xml", denied("s3:GetObject with an explicit deny in a service control policy")),
			fetcherr.PermissionDenied, "a grant does not override its Deny"},
		{"an object with a customer's key", respond(400, "application/xml", xmlError("<Code>InvalidRequest</Code><Message>"+
			"The object was stored using a form of Server Side Encryption.</Message>")), fetcherr.InvalidConfig, "SSE-C"},
		{"another invalid request", respond(400, "application/xml", xmlError("<Code>InvalidRequest</Code><Message>no</Message>")),
			fetcherr.InvalidConfig, "S3 returned 400 InvalidRequest: no"},
		{"a bucket in another region", respond(400, "application/xml", "", "X-Amz-Bucket-Region", "eu-west-3"),
			fetcherr.InvalidConfig, "set AWS_REGION=eu-west-3"},
		{"a redirect to another region", respond(301, "application/xml", xmlError("<Code>PermanentRedirect</Code><Message>m</Message>"),
			"X-Amz-Bucket-Region", "eu-west-3"), fetcherr.InvalidConfig, "set AWS_REGION=eu-west-3"},
		{"a block page with 403", respond(403, "text/html", page), fetcherr.PermissionDenied, "another server answered, not the store"},
		{"a block page with 404", respond(404, "text/html", page), fetcherr.NotFound, "another server answered, not the store"},
		{"a page with 400", respond(400, "text/plain", "Client sent an HTTP request to an HTTPS server.\n"), fetcherr.InvalidConfig,
			"another server answered, not the store"},
		{"a login page", respond(302, "text/html", page, "Location", "https://login.example.com"), fetcherr.InvalidConfig,
			"another server answered, not the store"},
		{"a page with 502", respond(502, "text/html", page), fetcherr.Transient, "S3 returned 502 Bad Gateway"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := newFakeSource(t, func(*storetest.Fake) faultproxy.Fault { return tt.fault })
			_, err := src.Stat(t.Context(), source.Ref{Bucket: "models", Key: "a/b"})
			require.ErrorContains(t, err, tt.message)
			require.Equal(t, tt.kind, fetcherr.KindOf(err), err)
		})
	}
}

// A refusal of the store is waited for. The page of a proxy says nothing about the store, and has the limits of other
// failures.
func TestClassifyError_throttled(t *testing.T) {
	for name, tt := range map[string]struct {
		fault     faultproxy.Fault
		throttled bool
	}{
		"503 without a body": {respond(503, "application/xml", ""), true},
		"429 without a body": {respond(429, "application/xml", ""), true},
		"a throttling code":  {respond(400, "application/xml", "<Error><Code>SlowDown</Code><Message>m</Message></Error>"), true},
		"another failure":    {respond(500, "application/xml", ""), false},
		"a page with 503":    {respond(503, "text/html", "<html>no healthy upstream</html>"), false},
	} {
		t.Run(name, func(t *testing.T) {
			src := newFakeSource(t, func(*storetest.Fake) faultproxy.Fault { return tt.fault })
			_, err := src.Read(t.Context(), source.Object{Ref: source.Ref{Bucket: "models", Key: "a/b"}, Size: 1, Version: "7"}, 0, 1)
			require.Equal(t, fetcherr.Transient, fetcherr.KindOf(err), err)
			require.Equal(t, tt.throttled, fetcherr.IsThrottled(err), err)
		})
	}
}

func TestClassifyError_longMessageIsValidUTF8(t *testing.T) {
	src := newFakeSource(t, func(f *storetest.Fake) faultproxy.Fault {
		return f.Error(403, "AccessDenied", "x"+strings.Repeat("ü", 400))
	})
	_, err := src.Stat(t.Context(), source.Ref{Bucket: "models", Key: "a/b"})
	require.ErrorContains(t, err, "üü")
	require.True(t, utf8.ValidString(err.Error()))
}
