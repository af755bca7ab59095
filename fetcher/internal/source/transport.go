package source

import (
	"crypto/tls"
	"net/http"
)

// maxIdleConns is the number of idle connections that are kept. It is above the maximum of FETCH_PARALLEL.
const maxIdleConns = 64

// ConfigureTransport keeps idle connections for all ranges, and turns HTTP/2 off, which would send all ranges over one
// connection, and so limit the object to one connection's throughput.
func ConfigureTransport(t *http.Transport) {
	t.MaxIdleConnsPerHost = maxIdleConns
	t.ForceAttemptHTTP2 = false
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	if t.TLSClientConfig == nil {
		t.TLSClientConfig = new(tls.Config)
	}
	// A clone of a transport still offers h2, whatever Protocols says, and then cannot read the answer.
	t.TLSClientConfig.NextProtos = []string{"http/1.1"}
}
