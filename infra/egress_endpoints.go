package infra

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
)

// EgressEndpoints returns the HOST:PORT of each URL, for a network policy. Empty URLs are skipped.
// A URL that is not http or https is an error.
func EgressEndpoints(urls ...string) ([]string, error) {
	var endpoints []string
	for _, endpointURL := range urls {
		if endpointURL == "" {
			continue
		}
		u, err := url.Parse(endpointURL)
		if err != nil {
			return nil, fmt.Errorf("endpoint %q: %w", endpointURL, err)
		}
		port := cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
		if u.Hostname() == "" || port == "" {
			return nil, fmt.Errorf("invalid endpoint %q: must be a URL, https://HOST[:PORT]", endpointURL)
		}
		endpoints = append(endpoints, net.JoinHostPort(u.Hostname(), port))
	}
	return endpoints, nil
}
