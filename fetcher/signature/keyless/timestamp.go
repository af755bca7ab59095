package keyless

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/sigstore/timestamp-authority/v2/pkg/verification"

	"github.com/modelferry/modelferry/fetcher/signature"
)

// verifyTimestamps returns when the signature was made, as timestamp authorities say. All timestamps have to be valid.
func (t *trustedRoot) verifyTimestamps(e signature.Evidence) ([]time.Time, error) {
	made := make([]time.Time, len(e.Timestamps))
	for i, response := range e.Timestamps {
		var err error
		if made[i], err = t.verifyTimestamp(response, e.Signature); err != nil {
			return nil, fmt.Errorf("timestamp: %w", err)
		}
	}
	return made, nil
}

func (t *trustedRoot) verifyTimestamp(response, sig []byte) (time.Time, error) {
	if err := checkDER(response); err != nil {
		return time.Time{}, fmt.Errorf("is not in DER: %w", err)
	}
	errs := []error{errors.New("is not from a timestamp authority of the trusted root, or not of this signature")}
	for _, one := range t.timestampAuthorities {
		stamped, err := verification.VerifyTimestampResponse(response, bytes.NewReader(sig), verification.VerifyOpts{
			Roots: []*x509.Certificate{one.root}, Intermediates: one.intermediates, TSACertificate: one.leaf,
		})
		switch {
		case err != nil:
			errs = append(errs, err)
		case !one.isValid(stamped.Time):
			errs = append(errs, fmt.Errorf("%q was not valid at %s", one.root.Subject, stamped.Time.UTC().Format(time.RFC3339)))
		default:
			return stamped.Time, nil
		}
	}
	return time.Time{}, errors.Join(errs...)
}
