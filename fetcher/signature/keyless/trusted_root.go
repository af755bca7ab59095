package keyless

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/modelferry/modelferry/fetcher/signature"
)

// trustedRoot has the keys and certificates of Sigstore's services. Logs are found by their ID.
type trustedRoot struct {
	authorities, timestampAuthorities []authority
	certificateLogs, logs             map[string]log
}

// authority is a certificate authority, or one of timestamps.
type authority struct {
	// leaf signs timestamps, if the trusted root has it.
	leaf          *x509.Certificate
	intermediates []*x509.Certificate
	root          *x509.Certificate
	validity
}

// log is a log of certificates or of signatures.
type log struct {
	key crypto.PublicKey
	// host names a transparency log of version 2 in its checkpoints.
	host string
	validity
}

// validity is the time for which the trusted root trusts a key. A zero time is no limit.
type validity struct{ Start, End time.Time }

func (v validity) isValid(at time.Time) bool {
	return !at.Before(v.Start) && (v.End.IsZero() || !at.After(v.End))
}

const trustedRootMediaType = "application/vnd.dev.sigstore.trustedroot+json;version=0.1"

// The JSON of protobuf. Fields that are not used are there so that others can be refused: a misspelt validFor would be
// no limit.
type rootJSON struct {
	MediaType              string
	CertificateAuthorities []authorityJSON
	TimestampAuthorities   []authorityJSON
	Ctlogs, Tlogs          []logJSON
}

type authorityJSON struct {
	Subject       struct{ Organization, CommonName string }
	URI, Operator string
	CertChain     struct {
		Certificates []struct{ RawBytes []byte }
	}
	ValidFor validity
}

type logJSON struct {
	BaseURL, HashAlgorithm, Operator string
	PublicKey                        struct {
		RawBytes   []byte
		KeyDetails string
		ValidFor   *validity
	}
	LogID, CheckpointKeyID struct{ KeyID []byte }
}

// parseTrustedRoot reads a trusted root. It needs keys for every kind of evidence but timestamps.
func parseTrustedRoot(text []byte) (*trustedRoot, error) {
	var content rootJSON
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&content)
	switch {
	case err == nil && content.MediaType != trustedRootMediaType:
		err = fmt.Errorf("has the mediaType %q, must be %q", content.MediaType, trustedRootMediaType)
	case err == nil && decoder.More():
		err = errors.New("has data after the JSON document")
	}
	if err != nil {
		return nil, fmt.Errorf("must be a trusted root of Sigstore in JSON: %w", err)
	}
	switch {
	case len(content.CertificateAuthorities) == 0:
		return nil, errors.New("must have certificateAuthorities")
	case len(content.Ctlogs) == 0:
		return nil, errors.New("must have ctlogs")
	case len(content.Tlogs) == 0:
		return nil, errors.New("must have tlogs")
	}
	var errs [4]error
	trusted := &trustedRoot{}
	trusted.authorities, errs[0] = parseAll("certificateAuthorities", content.CertificateAuthorities, authorityJSON.parse)
	trusted.timestampAuthorities, errs[1] = parseAll("timestampAuthorities", content.TimestampAuthorities, authorityJSON.parse)
	trusted.certificateLogs, errs[2] = parseLogs("ctlogs", content.Ctlogs)
	trusted.logs, errs[3] = parseLogs("tlogs", content.Tlogs)
	return trusted, errors.Join(errs[:]...)
}

func parseAll[From, To any](field string, from []From, parse func(From) (To, error)) ([]To, error) {
	parsed := make([]To, len(from))
	for i, one := range from {
		var err error
		if parsed[i], err = parse(one); err != nil {
			return nil, fmt.Errorf("%s[%d]: %w", field, i, err)
		}
	}
	return parsed, nil
}

// parse reads a chain, whose last certificate is the root. The first one signs timestamps if it is of no authority.
func (a authorityJSON) parse() (authority, error) {
	var chain []*x509.Certificate
	for _, one := range a.CertChain.Certificates {
		parsed, err := x509.ParseCertificate(one.RawBytes)
		if err != nil {
			return authority{}, err
		}
		chain = append(chain, parsed)
	}
	if len(chain) == 0 {
		return authority{}, errors.New("must have a certChain")
	}
	if len(chain) == 1 && !chain[0].IsCA {
		return authority{}, errors.New("has one certificate in its certChain, which is of no authority: must have its root, too")
	}
	parsed := authority{root: chain[len(chain)-1], intermediates: chain[:len(chain)-1], validity: a.ValidFor}
	if !chain[0].IsCA {
		parsed.leaf, parsed.intermediates = chain[0], chain[1:len(chain)-1]
	}
	return parsed, nil
}

func parseLogs(field string, from []logJSON) (map[string]log, error) {
	parsed, err := parseAll(field, from, logJSON.parse)
	logs := make(map[string]log, len(parsed))
	for i, one := range parsed {
		logs[string(from[i].LogID.KeyID)] = one
	}
	return logs, err
}

func (l logJSON) parse() (log, error) {
	address, err := url.Parse(l.BaseURL)
	switch {
	case err != nil:
		return log{}, fmt.Errorf("invalid baseUrl: %w", err)
	case len(l.LogID.KeyID) == 0:
		return log{}, errors.New("must have a logId")
	case l.HashAlgorithm != "SHA2_256":
		return log{}, fmt.Errorf("has the hashAlgorithm %q, must be SHA2_256", l.HashAlgorithm)
	case l.PublicKey.ValidFor == nil || l.PublicKey.ValidFor.Start.IsZero():
		return log{}, errors.New("must have a publicKey with the start of its validFor")
	}
	key, err := parseLogKey(l.PublicKey.RawBytes, l.PublicKey.KeyDetails)
	return log{key: key, host: address.Hostname(), validity: *l.PublicKey.ValidFor}, err
}

// parseLogKey reads the key of a log. details says what it is, and how it signs.
// https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_common.proto
func parseLogKey(der []byte, details string) (crypto.PublicKey, error) {
	if details == "PKCS1_RSA_PKCS1V5" { // deprecated, but that of a log of the public staging instance
		return x509.ParsePKCS1PublicKey(der)
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, fmt.Errorf("publicKey: %w", err)
	}
	known := signature.KeyDetails(key)
	known = known[:min(1, len(known))] // a log has the name of the registry
	if _, isRSA := key.(*rsa.PublicKey); isRSA {
		known = []string{"PKIX_RSA_PKCS1V15_2048_SHA256", "PKIX_RSA_PKCS1V15_3072_SHA256", "PKIX_RSA_PKCS1V15_4096_SHA256"}
	}
	if !slices.Contains(known, details) {
		return nil, fmt.Errorf("has a publicKey of type %T with the keyDetails %q", key, details)
	}
	return key, nil
}
