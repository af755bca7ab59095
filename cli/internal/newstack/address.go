package newstack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// AddressServer answers with the address of the client.
// https://docs.aws.amazon.com/vpc/latest/userguide/working-with-security-group-rules.html
const AddressServer = "https://checkip.amazonaws.com"

// addressTimeout limits the wait on a machine without internet access.
const addressTimeout = 5 * time.Second

// PublicAddress asks a server, such as AddressServer, for the public address of this machine, as a network of one
// address.
func PublicAddress(ctx context.Context, server string) (network string, err error) {
	ctx, cancel := context.WithTimeout(ctx, addressTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server, nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", fmt.Errorf("public address: %w", err)
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	const longest = 64 // characters of an answer
	body, err := io.ReadAll(io.LimitReader(response.Body, longest))
	if err != nil {
		return "", fmt.Errorf("public address: %w", err)
	}
	address, err := netip.ParseAddr(strings.TrimSpace(string(body)))
	if err != nil || response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("public address: unexpected answer of %s: %s %q", server, response.Status, body)
	}
	return netip.PrefixFrom(address, address.BitLen()).String(), nil
}
