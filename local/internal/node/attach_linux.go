package node

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"time"
)

// attach returns the info of a node that runs or is starting. It fails if the node has another region than the options,
// or if its API server does not respond.
func (o Options) attach(ctx context.Context, r *processRecord) (Info, error) {
	i, err := o.waitReady(ctx, r, logSize(o.Layout))
	if err != nil {
		return Info{}, err
	}
	if i.Region != o.region() {
		return Info{}, fmt.Errorf("node %s runs in region %s, not in %s: run `make down STACK=%s` first",
			o.Layout.Stack, i.Region, o.region(), o.Layout.Stack)
	}
	if err := checkLive(ctx, i); err != nil {
		return Info{}, fmt.Errorf("node %s runs, but its API server does not respond: %w: "+
			"see %s, or run `make down STACK=%s` and start again", o.Layout.Stack, err, o.Layout.Log("kube-apiserver"), o.Layout.Stack)
	}
	return i, nil
}

// checkLive returns nil if the API server is live.
func checkLive(ctx context.Context, i Info) error {
	const timeout = 10 * time.Second // for a busy machine
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(i.CAData)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, i.APIServerURL+"/livez", nil)
	if err != nil {
		return err
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", request.URL, response.Status)
	}
	return nil
}
