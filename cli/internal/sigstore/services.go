package sigstore

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"
)

// Services are the URLs of the services of a Sigstore.
type Services struct {
	// Fulcio issues certificates for identities.
	Fulcio string
	// Rekor is a transparency log with version 1 of the API.
	Rekor string
}

// Complete returns the services with those of a trusted root, in JSON, in place of the ones that are not set: a
// signature that others have made could not be verified with it. They have to be valid at the given time.
func (s Services) Complete(trustedRoot []byte, at time.Time) (Services, error) {
	trusted, err := root.NewTrustedRootFromJSON(trustedRoot)
	if err != nil {
		return s, fmt.Errorf("invalid trustedRoot: %w", err)
	}
	var fulcio, rekor []string
	for _, one := range trusted.FulcioCertificateAuthorities() {
		if ca, ok := one.(*root.FulcioCertificateAuthority); ok && isWithin(at, ca.ValidityPeriodStart, ca.ValidityPeriodEnd) {
			fulcio = append(fulcio, ca.URI)
		}
	}
	for _, log := range trusted.RekorLogs() {
		if isWithin(at, log.ValidityPeriodStart, log.ValidityPeriodEnd) && !isTiled(log) {
			rekor = append(rekor, log.BaseURL)
		}
	}
	var errs []error
	s.Fulcio, err = choose("certificate authority", "--fulcio-url", s.Fulcio, fulcio)
	errs = append(errs, err)
	s.Rekor, err = choose("transparency log with version 1 of the API", "--rekor-url", s.Rekor, rekor)
	return s, errors.Join(append(errs, err)...)
}

// choose returns the URL of a service: the one of a flag, or the only one of the trusted root.
func choose(service, flag, given string, trusted []string) (string, error) {
	slices.Sort(trusted)
	trusted = slices.Compact(trusted)
	if given == "" && len(trusted) != 1 {
		return "", fmt.Errorf("the trustedRoot has %d URLs of a %s that is valid now (%s): choose one with %s",
			len(trusted), service, cmp.Or(strings.Join(trusted, ", "), "none"), flag)
	}
	text := given
	if text == "" {
		text = trusted[0]
	}
	address, err := parseURL(strings.TrimSuffix(text, "/"))
	if err != nil {
		return "", fmt.Errorf("%s: %w", flag, err)
	}
	return address.String(), nil
}

// isWithin reports whether a period includes a time. A zero end is none.
func isWithin(at, start, end time.Time) bool {
	return !at.Before(start) && (end.IsZero() || at.Before(end))
}

// isTiled reports whether a log has version 2 of the API. The log ID of version 1 is the digest of its key, that of
// version 2 with an Ed25519 key, which the public logs have, is that of a name and the key.
// https://github.com/sigstore/rekor-tiles/blob/v2.3.0/pkg/note/note.go
func isTiled(log *root.TransparencyLog) bool {
	der, err := x509.MarshalPKIXPublicKey(log.PublicKey)
	id := sha256.Sum256(der)
	return err != nil || !bytes.Equal(log.ID, id[:])
}

func isLoopback(address *url.URL) bool {
	ip := net.ParseIP(address.Hostname())
	return address.Scheme == "http" && (address.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}
