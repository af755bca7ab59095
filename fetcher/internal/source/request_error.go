package source

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// Hints about the way to the store.
const (
	// ForeignResponseHint is the hint for a response that is not the store's.
	ForeignResponseHint = "a proxy, a firewall or another server answered, not the store: " +
		"check the endpoint, HTTP_PROXY, HTTPS_PROXY and NO_PROXY"
	// ProxyLoginHint is the hint for 407 of a proxy.
	ProxyLoginHint = "the proxy requires a login: set HTTP_PROXY and HTTPS_PROXY to http://USER:PASSWORD@HOST:PORT"
	unknownCAHint  = "mount the certificate of the endpoint's CA and name its file in SSL_CERT_FILE, for S3 in AWS_CA_BUNDLE"
	hostnameHint   = "use a host name that is in the certificate, or issue the certificate for this host"
	expiredHint    = "renew the certificate, or synchronize the node's clock"
	schemeHint     = "check the scheme of the endpoint: the server does not speak TLS"
	endpointHint   = "check the variables for the endpoint, the region, the credentials and the proxy"
)

// impossibleRequests are parts of the messages of net/http for requests that it cannot send. It exports no errors for
// them.
// https://github.com/golang/go/blob/go1.26.0/src/net/http/transport.go (roundTrip)
// https://github.com/golang/net/blob/v0.50.0/http/httpproxy/proxy.go (parseProxy)
var impossibleRequests = []string{
	"unsupported protocol scheme", "no Host in request URL", "net/http: invalid header field", "net/http: invalid method",
	"invalid proxy address", "invalid port",
}

// PermanentRequestError returns a fetcherr.InvalidConfig error for a request that failed before the server answered and
// that fails in each attempt: it cannot be sent, or the server's certificate is not trusted. It returns nil for any
// other error. subject begins the message.
func PermanentRequestError(subject string, err error) error {
	hint, ok := permanentRequestHint(err)
	if !ok {
		return nil
	}
	return fetcherr.New(fetcherr.InvalidConfig, "%s: %w", subject, err).WithHint("%s", hint)
}

func permanentRequestHint(err error) (hint string, ok bool) {
	var (
		verification *tls.CertificateVerificationError
		hostname     x509.HostnameError
		invalid      x509.CertificateInvalidError
		record       tls.RecordHeaderError
		urlErr       *url.Error
	)
	switch {
	case errors.As(err, &hostname):
		return hostnameHint, true
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return expiredHint, true
	case errors.As(err, &verification):
		return unknownCAHint, true
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &record):
		return schemeHint, true
	case errors.As(err, &urlErr) && urlErr.Op == "parse":
		return endpointHint, true
	}
	for _, text := range impossibleRequests {
		if strings.Contains(err.Error(), text) {
			return endpointHint, true
		}
	}
	return "", false
}
