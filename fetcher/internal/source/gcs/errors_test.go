package gcs

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"cloud.google.com/go/auth"
	gce "cloud.google.com/go/compute/metadata"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// refusalCase is an error response of Cloud Storage and what it means.
type refusalCase struct {
	status int
	reason string
	kind   fetcherr.Kind
	// message is a part of the error.
	message string
}

// reasonCases has a case for every row of reasonClasses.
var reasonCases = []refusalCase{
	{400, "userProjectMissing", fetcherr.InvalidConfig, "set GCS_USER_PROJECT"},
	{400, "UserProjectMissing", fetcherr.InvalidConfig, "set GCS_USER_PROJECT"},
	{400, "userProjectInvalid", fetcherr.InvalidConfig, "check the project in GCS_USER_PROJECT"},
	{400, "userProjectInconsistent", fetcherr.InvalidConfig, "check the project in GCS_USER_PROJECT"},
	{403, "UserProjectAccessDenied", fetcherr.IdentityNotReady, "roles/serviceusage.serviceUsageConsumer"},
	{403, "USER_PROJECT_DENIED", fetcherr.IdentityNotReady, "roles/serviceusage.serviceUsageConsumer"},
	{403, "UserProjectAccountProblem", fetcherr.PermissionDenied, "check the project in GCS_USER_PROJECT"},
	{401, "AuthenticationRequiredRequesterPays", fetcherr.PermissionDenied, "set GCS_USER_PROJECT"},

	{403, "accountDisabled", fetcherr.PermissionDenied, "enable billing"},
	{403, "BILLING_DISABLED", fetcherr.PermissionDenied, "enable billing"},
	{403, "accessNotConfigured", fetcherr.PermissionDenied, "enable the Cloud Storage API"},
	{403, "usageLimits.accessNotConfigured", fetcherr.PermissionDenied, "enable the Cloud Storage API"},
	{403, "SERVICE_DISABLED", fetcherr.PermissionDenied, "enable the Cloud Storage API"},
	{403, "dailyLimitExceeded", fetcherr.PermissionDenied, "raise the quota"},
	{403, "quotaExceeded", fetcherr.PermissionDenied, "raise the quota"},

	{403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", fetcherr.PermissionDenied, "devstorage.read_only"},
	{403, "countryBlocked", fetcherr.PermissionDenied, "no grant overrides it"},
	{412, "orgPolicyConstraintFailed", fetcherr.PermissionDenied, "no grant overrides it"},
	{403, "SECURITY_POLICY_VIOLATED", fetcherr.PermissionDenied, "VPC Service Controls perimeter"},
	{403, "vpcServiceControls", fetcherr.PermissionDenied, "VPC Service Controls perimeter"},
	{403, "sslRequired", fetcherr.InvalidConfig, "https://"},

	{400, "cloudKmsBadKey", fetcherr.PermissionDenied, "enable the Cloud KMS key version"},
	{400, "cloudKmsDecryptionKeyNotFound", fetcherr.PermissionDenied, "enable the Cloud KMS key version"},
	{400, "cloudKmsDisabledKey", fetcherr.PermissionDenied, "enable the Cloud KMS key version"},
	{400, "customerEncryptionKeyIsIncorrect", fetcherr.InvalidConfig, "customer-supplied key (CSEK)"},
	{400, "resourceIsEncryptedWithCustomerEncryptionKey", fetcherr.InvalidConfig, "customer-supplied key (CSEK)"},

	{500, "backendError", fetcherr.Transient, ""},
	{500, "internalError", fetcherr.Transient, ""},
	{403, "rateLimitExceeded", fetcherr.Transient, ""},
	{403, "usageLimits.rateLimitExceeded", fetcherr.Transient, ""},
	{403, "userRateLimitExceeded", fetcherr.Transient, ""},
	{403, "RATE_LIMIT_EXCEEDED", fetcherr.Transient, ""},
}

// statusCases have a reason that says no more than the status.
var statusCases = []refusalCase{
	{308, "other", fetcherr.InvalidConfig, "GCS returned 308: message"},
	{400, "invalidParameter", fetcherr.InvalidConfig, "GCS returned 400: message"},
	{401, "authError", fetcherr.IdentityNotReady, "GCS returned 401: message (grant the pod's identity roles/storage.objectViewer"},
	{401, "required", fetcherr.IdentityNotReady, "GCS returned 401: message (grant the pod's identity roles/storage.objectViewer"},
	{403, "forbidden", fetcherr.IdentityNotReady, "grant the pod's identity roles/storage.objectViewer on gs://models/a/"},
	{403, "insufficientPermissions", fetcherr.IdentityNotReady, "grant the pod's identity roles/storage.objectViewer on gs://models/a/"},
	{404, "notFound", fetcherr.NotFound, "no such object (check the bucket and the path"},
	{405, "methodNotAllowed", fetcherr.InvalidConfig, "check STORAGE_EMULATOR_HOST"},
	{407, "other", fetcherr.InvalidConfig, "the proxy requires a login"},
	{408, "uploadBrokenConnection", fetcherr.Transient, ""},
	{409, "conflict", fetcherr.Transient, ""},
	{410, "gone", fetcherr.InvalidConfig, ""},
	{412, "conditionNotMet", fetcherr.ObjectChanged, "was replaced while it was read"},
	{416, "requestedRangeNotSatisfiable", fetcherr.ObjectChanged, "was replaced while it was read"},
	{425, "other", fetcherr.Transient, ""},
	{429, "other", fetcherr.Transient, ""},
	{500, "other", fetcherr.Transient, ""},
	{501, "other", fetcherr.InvalidConfig, "check STORAGE_EMULATOR_HOST"},
	{502, "other", fetcherr.Transient, ""},
	{503, "other", fetcherr.Transient, ""},
	{504, "other", fetcherr.Transient, ""},
}

// newFakeSource returns a Source for a store that answers every request with the fault.
func newFakeSource(t *testing.T, fault func(*storetest.Fake) faultproxy.Fault) *Source {
	t.Helper()
	store := storetest.FakeGCS(t)
	store.Always(fault(store))
	t.Setenv("STORAGE_EMULATOR_HOST", store.Endpoint())
	src, err := New("test/1")
	require.NoError(t, err)
	return src
}

func TestClassifyError_everyReason(t *testing.T) {
	covered := map[string]bool{}
	for _, tt := range append(reasonCases, statusCases...) {
		covered[strings.ToLower(tt.reason)] = true
		t.Run(fmt.Sprint(tt.status, " ", tt.reason), func(t *testing.T) {
			src := newFakeSource(t, func(f *storetest.Fake) faultproxy.Fault { return f.Error(tt.status, tt.reason, "message") })
			ref := source.Ref{Bucket: "models", Key: "a/b"}
			_, err := src.Stat(t.Context(), ref)
			require.ErrorContains(t, err, tt.message)
			require.Equal(t, tt.kind, fetcherr.KindOf(err), err)
			_, err = src.Read(t.Context(), source.Object{Ref: ref, Size: 1, Version: "7"}, 0, 1)
			require.Error(t, err)
			if tt.kind == fetcherr.NotFound { // Stat has found the object before
				require.Equal(t, fetcherr.ObjectChanged, fetcherr.KindOf(err), err)
				return
			}
			require.Equal(t, tt.kind, fetcherr.KindOf(err), err)
		})
	}
	for _, reason := range slices.Collect(maps.Keys(reasonClasses)) {
		require.True(t, covered[reason], "no case for %s", reason)
	}
}

// A refusal of the store is waited for. The page of a proxy says nothing about the store, and has the limits of other
// failures.
func TestClassifyError_throttled(t *testing.T) {
	reason := func(status int, reason string) func(*storetest.Fake) faultproxy.Fault {
		return func(f *storetest.Fake) faultproxy.Fault { return f.Error(status, reason, "message") }
	}
	page := respond(503, "text/html", "<html>no healthy upstream</html>")
	for name, tt := range map[string]struct {
		fault     func(*storetest.Fake) faultproxy.Fault
		throttled bool
	}{
		"503":                {reason(503, "backendError"), true},
		"429":                {reason(429, "other"), true},
		"a throttling error": {reason(403, "userRateLimitExceeded"), true},
		"another failure":    {reason(500, "backendError"), false},
		"a page with 503":    {func(*storetest.Fake) faultproxy.Fault { return page }, false},
	} {
		t.Run(name, func(t *testing.T) {
			src := newFakeSource(t, tt.fault)
			_, err := src.Stat(t.Context(), source.Ref{Bucket: "models", Key: "a/b"})
			require.Equal(t, fetcherr.Transient, fetcherr.KindOf(err), err)
			require.Equal(t, tt.throttled, fetcherr.IsThrottled(err), err)
		})
	}
}

// respond returns a fault that answers with a body of any kind.
func respond(status int, contentType, body string) faultproxy.Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the client may close the connection
	}
}

// The response to a read is text without a reason, and some reasons are too general.
func TestClassifyError_everyMessage(t *testing.T) {
	const page = "<html><body>Blocked by policy</body></html>"
	tests := []struct {
		name    string
		fault   faultproxy.Fault
		kind    fetcherr.Kind
		message string
	}{
		{"requester pays", respond(400, "text/html; charset=UTF-8", "Bucket is a requester pays bucket but no user project provided."),
			fetcherr.InvalidConfig, "set GCS_USER_PROJECT"},
		{"no use of the user project", respond(403, "text/html", "p does not have serviceusage.services.use access to the project."),
			fetcherr.IdentityNotReady, "roles/serviceusage.serviceUsageConsumer"},
		{"billing", respond(403, "text/html", "The billing account for the owning project is disabled in state closed"),
			fetcherr.PermissionDenied, "enable billing"},
		{"a KMS grant", respond(403, "text/html", "Permission denied on Cloud KMS key. Please ensure"),
			fetcherr.IdentityNotReady, "roles/cloudkms.cryptoKeyEncrypterDecrypter"},
		{"a perimeter", respond(403, "text/html", "Request violates VPC Service Controls."), fetcherr.PermissionDenied, "perimeter"},
		{
			"a perimeter with an identifier",
			respond(
				403,
				"text/html",
				"Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: x",
			),
			fetcherr.PermissionDenied,
			"perimeter",
		},
		{"a scope", respond(403, "text/html", "Request had insufficient authentication scopes."), fetcherr.PermissionDenied, "read_only"},
		{
			"an API that is not enabled",
			respond(
				403,
				"text/html",
				"Cloud Storage JSON API has not been used in project 1 before or it is disabled.",
			),
			fetcherr.PermissionDenied,
			"enable the Cloud Storage API",
		},
		{"a customer's key", respond(400, "text/html", "The target object is encrypted by a customer-supplied encryption key."),
			fetcherr.InvalidConfig, "CSEK"},
		{
			"TLS",
			respond(400, "", "Client sent an HTTP request to an HTTPS server."),
			fetcherr.InvalidConfig,
			"use an endpoint with https://",
		},
		{"a missing grant in a read", respond(403, "text/html", "p does not have storage.objects.get access"),
			fetcherr.IdentityNotReady, "grant the pod's identity roles/storage.objectViewer"},
		{"a message in JSON", respond(403, "application/json",
			`{"error":{"code":403,"message":"Permission denied on Cloud KMS key.","errors":[{"reason":"forbidden"}]}}`),
			fetcherr.IdentityNotReady, "roles/cloudkms.cryptoKeyEncrypterDecrypter"},
		{
			"a reason in the details",
			respond(403, "application/json", `{"error":{"code":403,"message":"m","errors":[{"reason":"forbidden"}],`+
				`"details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"SERVICE_DISABLED"}]}}`),
			fetcherr.PermissionDenied,
			"enable the Cloud Storage API",
		},
		{"a missing bucket", respond(404, "application/json", `{"error":{"code":404,"message":"The specified bucket does not exist."}}`),
			fetcherr.NotFound, `bucket "models" does not exist (check GCS_BUCKET)`},
		{"the status counts, not the code in the body", respond(503, "application/json", `{"error":{"code":404,"message":"m"}}`),
			fetcherr.Transient, "GCS returned 503: m"},
		{"403 without a body", respond(403, "application/json", ""), fetcherr.IdentityNotReady, "GCS returned 403: Forbidden (grant"},
		{"a block page with 403", respond(403, "text/html", page), fetcherr.PermissionDenied, "another server answered, not the store"},
		{"a block page with 404", respond(404, "text/html", page), fetcherr.NotFound, "another server answered, not the store"},
		{"a page with 400", respond(400, "text/html", page), fetcherr.InvalidConfig, "another server answered, not the store"},
		{"a page with 502", respond(502, "text/html", page), fetcherr.Transient, "GCS returned 502"},
	}
	covered := map[string]bool{}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := newFakeSource(t, func(*storetest.Fake) faultproxy.Fault { return tt.fault })
			_, err := src.Stat(t.Context(), source.Ref{Bucket: "models", Key: "a/b"})
			require.ErrorContains(t, err, tt.message)
			require.Equal(t, tt.kind, fetcherr.KindOf(err), err)
			for _, row := range messageClasses {
				covered[row.text] = covered[row.text] || strings.Contains(err.Error(), row.text)
			}
		})
	}
	for _, row := range messageClasses {
		require.True(t, covered[row.text], "no case for %q", row.text)
	}
}

func TestClassifyError_longMessageIsValidUTF8(t *testing.T) {
	for name, fault := range map[string]faultproxy.Fault{
		"text":    respond(403, "text/html", "x"+strings.Repeat("ü", 400)),
		"invalid": respond(403, "text/html", "\xff\xfe ü"),
	} {
		t.Run(name, func(t *testing.T) {
			src := newFakeSource(t, func(*storetest.Fake) faultproxy.Fault { return fault })
			_, err := src.Stat(t.Context(), source.Ref{Bucket: "models", Key: "a/b"})
			require.ErrorContains(t, err, "ü")
			require.True(t, utf8.ValidString(err.Error()))
		})
	}
}

func TestClassifyError_tokenErrors(t *testing.T) {
	tokenError := func(status int) error { return &auth.Error{Response: &http.Response{StatusCode: status}} }
	for _, tt := range []struct {
		name string
		err  error
		kind fetcherr.Kind
	}{
		{"token endpoint, 400", tokenError(400), fetcherr.IdentityNotReady},
		{"token endpoint, 403", tokenError(403), fetcherr.IdentityNotReady},
		{"token endpoint, 429", tokenError(429), fetcherr.Transient},
		{"token endpoint, 503", tokenError(503), fetcherr.Transient},
		{"metadata server, 403", &gce.Error{Code: 403}, fetcherr.IdentityNotReady},
		{"metadata server, 404", gce.NotDefinedError("token"), fetcherr.IdentityNotReady},
		{"metadata server, 429", &gce.Error{Code: 429}, fetcherr.Transient},
		{"metadata server, 503", &gce.Error{Code: 503}, fetcherr.Transient},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := classifyError("gs://models/a", source.Ref{Bucket: "models", Key: "a"}, fmt.Errorf("get: %w", tt.err))
			require.Equal(t, tt.kind, fetcherr.KindOf(err), err)
		})
	}
}
