package source_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// requestError returns net/http's error for a request.
func requestError(t *testing.T, transport *http.Transport, address string, header http.Header) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	request.Header = header
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err == nil {
		response.Body.Close()
	}
	require.Error(t, err)
	return err
}

func verification(err error) error {
	return &url.Error{Op: "Get", Err: &tls.CertificateVerificationError{Err: err}}
}

func TestPermanentRequestError_everyKind(t *testing.T) {
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	echo, err := net.Listen("tcp", "127.0.0.1:0") // answers a TLS handshake with what it is sent
	require.NoError(t, err)
	t.Cleanup(func() { echo.Close() })
	go func() {
		for conn, err := echo.Accept(); err == nil; conn, err = echo.Accept() {
			_, _ = io.WriteString(conn, strings.Repeat("not TLS ", 10))
		}
	}()
	badProxy := &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return nil, errors.New(`invalid proxy address "x": no`) }}
	tests := []struct {
		name string
		err  error
		hint string // "" for an error that may pass
	}{
		{"unknown CA", verification(x509.UnknownAuthorityError{}), "SSL_CERT_FILE"},
		{
			"another host name",
			verification(x509.HostnameError{Certificate: &x509.Certificate{}, Host: "h"}),
			"a host name that is in the certificate",
		},
		{"expired", verification(x509.CertificateInvalidError{Reason: x509.Expired}), "renew the certificate"},
		{"not for servers", verification(x509.CertificateInvalidError{Reason: x509.IncompatibleUsage}), "SSL_CERT_FILE"},
		{
			"https for an HTTP server",
			requestError(t, new(http.Transport), strings.Replace(plain.URL, "http", "https", 1), nil),
			"check the scheme",
		},
		{"https for another protocol", requestError(t, new(http.Transport), "https://"+echo.Addr().String(), nil), "check the scheme"},
		{
			"a URL with a line break",
			requestError(t, new(http.Transport), "http://host\n/", nil),
			"the endpoint, the region, the credentials",
		},
		{
			"a port that is no number",
			requestError(t, new(http.Transport), "http://host:port/", nil),
			"the endpoint, the region, the credentials",
		},
		{
			"a port that does not exist",
			requestError(t, new(http.Transport), "http://127.0.0.1:99999/", nil),
			"the endpoint, the region, the credentials",
		},
		{"another scheme", requestError(t, new(http.Transport), "ftp://host/", nil), "the endpoint, the region, the credentials"},
		{"no host", requestError(t, new(http.Transport), "http:///path", nil), "the endpoint, the region, the credentials"},
		{"a header with a line break", requestError(t, new(http.Transport), plain.URL, http.Header{"Authorization": {"a\nb"}}),
			"the endpoint, the region, the credentials"},
		{"an invalid proxy", requestError(t, badProxy, "http://host/", nil), "the endpoint, the region, the credentials"},

		{"connection refused", requestError(t, new(http.Transport), "http://127.0.0.1:1/", nil), ""},
		{"no such host", &net.DNSError{Err: "no such host", IsNotFound: true}, ""},
		{"end of the connection", &url.Error{Op: "Get", Err: io.ErrUnexpectedEOF}, ""},
		{"timeout", context.DeadlineExceeded, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := source.PermanentRequestError("s3://b/k", tt.err)
			if tt.hint == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, "s3://b/k: ")
			require.ErrorContains(t, err, tt.hint)
			require.Equal(t, fetcherr.InvalidConfig, fetcherr.KindOf(err))
		})
	}
}

func TestTruncate_betweenCharacters(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"short", "text ü", "text ü"},
		{"exactly the limit", strings.Repeat("x", 500), strings.Repeat("x", 500)},
		{"a character across the limit", strings.Repeat("x", 499) + "ü", strings.Repeat("x", 499)},
		{"four bytes across the limit", strings.Repeat("x", 497) + "👩y", strings.Repeat("x", 497)},
		{"not UTF-8", "a\xffb", "a\uFFFDb"},
	} {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, source.Truncate(tt.text)) })
	}
}

func TestQuote_onlyWhatIsNotSeen(t *testing.T) {
	for text, want := range map[string]string{
		"s3://b/a b/ü\"日本": "s3://b/a b/ü\"日本", "a\u00a0b": `"a\u00a0b"`, "a\u200db": `"a\u200db"`, "a\tb": `"a\tb"`,
	} {
		require.Equal(t, want, source.Quote(text))
	}
}
