package objectstore

import (
	"crypto/tls"
	"net/http"
	"time"
)

// responseTimeout is the time that a store may take to answer a request that it has received.
const responseTimeout = 2 * time.Minute

// configureTransport turns HTTP/2 off, which would send all parts over one connection, and limits the wait for an
// answer. The proxies are those of the environment.
func configureTransport(t *http.Transport) {
	t.MaxIdleConnsPerHost = 2 * parallelParts
	t.ResponseHeaderTimeout = responseTimeout
	t.ForceAttemptHTTP2 = false
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	if t.TLSClientConfig == nil {
		t.TLSClientConfig = new(tls.Config)
	}
	// A clone of a transport still offers h2, whatever Protocols says.
	t.TLSClientConfig.NextProtos = []string{"http/1.1"}
}
