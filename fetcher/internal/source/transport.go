package source

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/url"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// maxIdleConns is the number of idle connections that are kept. It is above the maximum of FETCH_PARALLEL.
const maxIdleConns = 64

// checkProxyResponse returns an error if a proxy refuses to connect to a host. net/http's own error is only the text of
// the status. The proxy's URL may contain a password and is not shown.
func checkProxyResponse(_ context.Context, proxy *url.URL, request *http.Request, response *http.Response) error {
	status := response.StatusCode
	kind, hint := fetcherr.InvalidConfig, "let the proxy connect to the host, or add it to NO_PROXY"
	switch {
	case status < 300:
		return nil
	case status == http.StatusProxyAuthRequired:
		hint = ProxyLoginHint
	case status >= 500, status == http.StatusRequestTimeout, status == http.StatusTooManyRequests:
		kind, hint = fetcherr.Transient, ""
	}
	return fetcherr.New(kind, "the proxy %s refuses to connect to %s: %s", proxy.Host, request.Host, response.Status).WithHint("%s", hint)
}

// ConfigureTransport keeps idle connections for all ranges, and turns HTTP/2 off, which would send all ranges over one
// connection, and so limit the object to one connection's throughput.
func ConfigureTransport(t *http.Transport) {
	t.MaxIdleConnsPerHost = maxIdleConns
	t.OnProxyConnectResponse = checkProxyResponse
	t.ForceAttemptHTTP2 = false
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	if t.TLSClientConfig == nil {
		t.TLSClientConfig = new(tls.Config)
	}
	// A clone of a transport still offers h2, whatever Protocols says, and then cannot read the answer.
	t.TLSClientConfig.NextProtos = []string{"http/1.1"}
}
