package objectstore

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	// damagedHint is the hint for an upload that the store refused because of its checksum.
	damagedHint = "the bytes were damaged on the way, nothing was stored: run the command again"
	removedHint = "the damaged object was removed: run the command again"
	proxyHint   = "check the endpoint, HTTPS_PROXY and NO_PROXY"
)

// requestError returns the error of a request that got no answer. It is transient, unless the request cannot be sent or
// the server's certificate is not trusted.
func requestError(location string, err error) error {
	var (
		verification *tls.CertificateVerificationError
		hostname     x509.HostnameError
		record       tls.RecordHeaderError
		urlErr       *url.Error
	)
	switch {
	case errors.As(err, &verification), errors.As(err, &hostname):
		return newError(ErrInvalid, "%s: %w", location, err).withHint("name the file of the endpoint's CA in SSL_CERT_FILE")
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return newError(ErrInvalid, "%s: %w", location, err).withHint("check the scheme of the endpoint: the server does not speak TLS")
	case errors.As(err, &urlErr) && (urlErr.Op == "parse" || strings.Contains(err.Error(), "unsupported protocol scheme")):
		return newError(ErrInvalid, "%s: %w", location, err).withHint(proxyHint)
	case strings.Contains(err.Error(), "Proxy Authentication Required"):
		return newError(ErrInvalid, "%s: %w", location, err).
			withHint("the proxy requires a login: set HTTPS_PROXY to http://USER:PASSWORD@HOST:PORT")
	}
	if errors.As(err, &urlErr) {
		err = urlErr.Err // without the request's URL, which the user does not know
	}
	return newError(nil, "%s: %w", location, err)
}

// kindOfStatus returns the kind of a status without a known reason, or nil if it is transient.
func kindOfStatus(status int) error {
	switch {
	case status == http.StatusInsufficientStorage, status == http.StatusRequestEntityTooLarge:
		return ErrNoSpace
	case status == http.StatusNotFound:
		return ErrNotFound
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return ErrDenied
	case status == http.StatusRequestTimeout, status == http.StatusConflict, status == http.StatusTooEarly,
		status == http.StatusTooManyRequests, status >= 500 && status != http.StatusNotImplemented:
		return nil
	}
	return ErrInvalid
}

// spaceHint says how to fix ErrNoSpace.
func spaceHint(kind error) string {
	if errors.Is(kind, ErrNoSpace) {
		return "raise the quota or delete objects that no release needs"
	}
	return ""
}

// isChecksumText reports whether an answer says that the received bytes have another checksum.
func isChecksumText(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "crc32c") && strings.Contains(text, "match")
}

// parseRetryAfter returns the wait in a Retry-After header, or 0.
// https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
func parseRetryAfter(header http.Header) time.Duration {
	text := header.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(max(seconds, 0)) * time.Second
	}
	if date, err := http.ParseTime(text); err == nil {
		return max(time.Until(date), 0)
	}
	return 0
}

// maxServerText is the maximum length of a server's text in a message, in bytes.
const maxServerText = 500

func truncate(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), maxServerText)], "")
}
