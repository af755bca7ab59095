package keyless

import (
	"encoding/hex"
	"errors"
	"fmt"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"
	"google.golang.org/protobuf/encoding/protojson"
)

// sigstore-go and its libraries decode the evidence, and verify with keys in it, before anybody has vouched for it:
// without a limit of JSON values, of the bits of a key, or of the depth of ASN.1. An entry and a timestamp have a few
// kB.
const (
	maxEvidenceBytes = 16 << 10
	maxTimestamps    = 4
)

// parseBundle reads a bundle. It has one entry of a transparency log.
func parseBundle(text []byte) (*bundle.Bundle, error) {
	parsed := &protobundle.Bundle{}
	if err := protojson.Unmarshal(text, parsed); err != nil {
		return nil, err
	}
	if err := checkSize(parsed.GetVerificationMaterial()); err != nil {
		return nil, err
	}
	return bundle.NewBundle(parsed)
}

func checkSize(material *protobundle.VerificationMaterial) error {
	entries := material.GetTlogEntries()
	if len(entries) != 1 {
		return fmt.Errorf("has %d entries of transparency logs, must have one", len(entries))
	}
	if n := len(entries[0].GetCanonicalizedBody()); n > maxEvidenceBytes {
		return fmt.Errorf("has a log entry of %d bytes, must have at most %d", n, maxEvidenceBytes)
	}
	timestamps := material.GetTimestampVerificationData().GetRfc3161Timestamps()
	if len(timestamps) > maxTimestamps {
		return fmt.Errorf("has %d timestamps, must have at most %d", len(timestamps), maxTimestamps)
	}
	for _, one := range timestamps {
		if n := len(one.GetSignedTimestamp()); n > maxEvidenceBytes {
			return fmt.Errorf("has a timestamp of %d bytes, must have at most %d", n, maxEvidenceBytes)
		}
	}
	return nil
}

// checkLogValidity refuses a signature that was made when the log's key was not valid. sigstore-go compares this for
// signed entry timestamps only.
func checkLogValidity(entity *bundle.Bundle, result *verify.VerificationResult, trusted *root.TrustedRoot) error {
	entry := entity.GetVerificationMaterial().GetTlogEntries()[0]
	log := trusted.RekorLogs()[hex.EncodeToString(entry.GetLogId().GetKeyId())]
	for _, made := range result.VerifiedTimestamps {
		if log == nil || made.Timestamp.Before(log.ValidityPeriodStart) ||
			!log.ValidityPeriodEnd.IsZero() && made.Timestamp.After(log.ValidityPeriodEnd) {
			return errors.New("the key of the transparency log was not valid when the signature was made")
		}
	}
	return nil
}
