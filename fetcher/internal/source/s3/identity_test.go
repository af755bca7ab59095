package s3

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// useSTS configures IRSA with a test server as STS.
func useSTS(t *testing.T, handler http.HandlerFunc) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	token := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(token, []byte("token"), 0o600))
	for key, value := range map[string]string{
		"AWS_REGION": "eu-west-1", "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/bankchurn", "AWS_WEB_IDENTITY_TOKEN_FILE": token,
		"AWS_ENDPOINT_URL_STS": server.URL, "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_RETRY_MODE": "standard",
		"AWS_MAX_ATTEMPTS": "1", "AWS_CONFIG_FILE": filepath.Join(t.TempDir(), "none"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(t.TempDir(), "none"),
	} {
		t.Setenv(key, value)
	}
}

func TestClassifyCredentialError_everyCode(t *testing.T) {
	tests := []struct {
		status  int
		code    string
		kind    fetcherr.Kind
		message string
	}{
		{400, "IDPCommunicationError", fetcherr.Transient, "cannot get credentials"},
		{400, "RequestLimitExceeded", fetcherr.Transient, "cannot get credentials"},
		{400, "ServiceUnavailableException", fetcherr.Transient, "cannot get credentials"},
		{400, "Throttling", fetcherr.Transient, "cannot get credentials"},
		{400, "ThrottlingException", fetcherr.Transient, "cannot get credentials"},
		{403, "InvalidClientTokenId", fetcherr.PermissionDenied, "check where the pod's credentials come from"},
		{403, "SignatureDoesNotMatch", fetcherr.PermissionDenied, "check where the pod's credentials come from"},
		{403, "RegionDisabledException", fetcherr.PermissionDenied, "activate AWS STS in the region"},
		{400, "ValidationError", fetcherr.InvalidConfig, "check AWS_ROLE_ARN"},

		{403, "AccessDenied", fetcherr.IdentityNotReady, "let the role trust it"},
		{400, "InvalidIdentityToken", fetcherr.IdentityNotReady, "let the role trust it"},
		{400, "ExpiredTokenException", fetcherr.IdentityNotReady, "let the role trust it"},
		{403, "IDPRejectedClaim", fetcherr.IdentityNotReady, "let the role trust it"},
		{408, "Unknown", fetcherr.Transient, "cannot get credentials"},
		{429, "Unknown", fetcherr.Transient, "cannot get credentials"},
		{500, "InternalFailure", fetcherr.Transient, "cannot get credentials"},
		{503, "ServiceUnavailable", fetcherr.Transient, "cannot get credentials"},
	}
	covered := map[string]bool{}
	for _, tt := range tests {
		covered[tt.code] = true
		t.Run(fmt.Sprint(tt.status, " ", tt.code), func(t *testing.T) {
			useSTS(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				fmt.Fprintf(
					w,
					"<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>m</Message></Error></ErrorResponse>",
					tt.code,
				)
			})
			_, err := New(t.Context())
			require.ErrorContains(t, err, tt.message)
			require.Equal(t, tt.kind, fetcherr.KindOf(err), err)
		})
	}
	for code := range identityErrorClasses {
		require.True(t, covered[code], "no case for %s", code)
	}
}

// The Pod Identity agent responds in another form than STS.
func TestClassifyCredentialError_podIdentityAgent(t *testing.T) {
	for _, tt := range []struct {
		status int
		code   string
		kind   fetcherr.Kind
	}{
		{400, "InvalidTokenException", fetcherr.IdentityNotReady}, {403, "AccessDeniedException", fetcherr.IdentityNotReady},
		{404, "ResourceNotFoundException", fetcherr.IdentityNotReady}, {429, "", fetcherr.Transient},
		{400, "ThrottlingException", fetcherr.Transient}, {500, "InternalServerException", fetcherr.Transient}, {503, "", fetcherr.Transient},
	} {
		t.Run(fmt.Sprint(tt.status, " ", tt.code), func(t *testing.T) {
			useSTS(t, http.NotFound)
			agent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(tt.status)
				fmt.Fprintf(w, `{"code":%q,"message":"m"}`, tt.code)
			}))
			defer agent.Close()
			t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "")
			t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", agent.URL)
			_, err := New(t.Context())
			require.Error(t, err)
			require.Equal(t, tt.kind, fetcherr.KindOf(err), err)
		})
	}
}

func TestClassifyCredentialError_tokenFileWithLineBreak(t *testing.T) {
	useSTS(t, http.NotFound)
	file := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(file, []byte("token\n"), 0o600))
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "")
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/")
	t.Setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file)
	_, err := New(t.Context())
	require.ErrorContains(t, err, "remove the line break from the file in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
	require.Equal(t, fetcherr.InvalidConfig, fetcherr.KindOf(err))
}

// The name of the identity is only for a log message, which must not wait for it.
func TestPrincipal_serverHangs(t *testing.T) {
	useSTS(t, func(_ http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm() // reads the body, without which the end of the connection is not noticed
		<-r.Context().Done()
	})
	for key, value := range map[string]string{"AWS_ROLE_ARN": "", "AWS_WEB_IDENTITY_TOKEN_FILE": "", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"} {
		t.Setenv(key, value)
	}
	src, err := New(t.Context())
	require.NoError(t, err)
	began := time.Now()
	require.Empty(t, src.Principal(t.Context()))
	require.Less(t, time.Since(began), principalTimeout+time.Second)
}

func TestClassifyCredentialError_unknownCA(t *testing.T) {
	useSTS(t, http.NotFound)
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // the client refuses the certificate
	server.StartTLS()
	defer server.Close()
	t.Setenv("AWS_ENDPOINT_URL_STS", server.URL)
	_, err := New(t.Context())
	require.ErrorContains(t, err, "AWS_CA_BUNDLE")
	require.Equal(t, fetcherr.InvalidConfig, fetcherr.KindOf(err), err)
}
