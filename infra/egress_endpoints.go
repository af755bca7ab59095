package infra

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
)

// EgressEndpoints returns HOST:PORT of the endpoints that are configured, for a network
// policy to open; what is empty is left out. It fails on what is no http or
// https URL.
func EgressEndpoints(endpoints ...string) ([]string, error) {
	var places []string
	for _, endpoint := range endpoints {
		if endpoint == "" {
			continue
		}
		u, err := url.Parse(endpoint)
		if err != nil {
			return nil, fmt.Errorf("endpoint %q: %w", endpoint, err)
		}
		port := cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
		if u.Hostname() == "" || port == "" {
			return nil, fmt.Errorf("endpoint %q is no URL: write https://HOST[:PORT]", endpoint)
		}
		places = append(places, net.JoinHostPort(u.Hostname(), port))
	}
	return places, nil
}
