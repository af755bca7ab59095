package signature

import (
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// Evidence is what a bundle has to say who made its signature when no key or root of the verifier's own does: a
// certificate, and what Sigstore's services say of it and of the signature. Nothing in it is verified yet.
type Evidence struct {
	// Certificates are in DER, the signing one first.
	Certificates [][]byte
	// Entry is the record of the signature in a transparency log.
	Entry LogEntry
	// Timestamps are responses of timestamp authorities, in DER. https://datatracker.ietf.org/doc/html/rfc3161
	Timestamps [][]byte
	// Signature is what the certificate's key has made.
	Signature []byte
	// FileDigest is the SHA-256 of the signed file, or nil for an envelope.
	FileDigest []byte
	// Payload is that of the signed envelope, or nil for a file.
	Payload []byte
	// ProofOptional is set for bundles of version 0.1, which may have a signed entry timestamp instead of a proof.
	ProofOptional bool

	preamble []byte
}

// Digest returns the digest of what is signed, and whether it is known: that of a file is only known for SHA-256.
func (e Evidence) Digest(algorithm crypto.Hash) ([]byte, bool) {
	if e.Payload == nil {
		return e.FileDigest, algorithm == crypto.SHA256
	}
	digest := algorithm.New()
	digest.Write(e.preamble)
	digest.Write(e.Payload)
	return digest.Sum(nil), true
}

// LogEntry is a record of a transparency log.
// https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_rekor.proto
type LogEntry struct {
	LogIndex decimal `json:"logIndex"`
	LogID    struct {
		KeyID base64Bytes `json:"keyId"`
	} `json:"logId"`
	KindVersion struct {
		Kind    string `json:"kind"`
		Version string `json:"version"`
	} `json:"kindVersion"`
	// IntegratedTime is in seconds since 1970, or 0.
	IntegratedTime decimal `json:"integratedTime"`
	// Promise has the signed entry timestamp, with which the log says that it will include the entry.
	Promise struct {
		SignedEntryTimestamp base64Bytes `json:"signedEntryTimestamp"`
	} `json:"inclusionPromise"`
	Proof *InclusionProof `json:"inclusionProof"`
	// Body is what the log has a hash of.
	Body base64Bytes `json:"canonicalizedBody"`
}

// InclusionProof says that an entry is in the log that a checkpoint is of.
type InclusionProof struct {
	LogIndex   decimal       `json:"logIndex"`
	RootHash   base64Bytes   `json:"rootHash"`
	TreeSize   decimal       `json:"treeSize"`
	Hashes     []base64Bytes `json:"hashes"`
	Checkpoint struct {
		Envelope string `json:"envelope"`
	} `json:"checkpoint"`
}

// The limits of what is decoded before anybody has vouched for it: it may have deep ASN.1, and keys with many bits. An
// entry, a checkpoint and a timestamp have a few kB, a certificate has about one.
const (
	maxEvidenceBytes = 16 << 10
	maxTimestamps    = 4
	maxCertificates  = 8
	maxProofHashes   = 64 // a log cannot have more than 1<<63 entries
)

// evidence decodes the evidence of a bundle.
func (b *Bundle) evidence() (Evidence, error) {
	e := Evidence{ProofOptional: b.mediaType == mediaTypeV01}
	chain := certificateChain{}
	switch {
	case b.material.Chain != nil && slices.Contains(mediaTypesV03, b.mediaType): // one certificate instead
		return Evidence{}, errors.New("has an x509CertificateChain, must have a certificate in a keyless bundle of version 0.3")
	case b.material.Chain != nil:
		chain = *b.material.Chain
	case b.material.Certificate != nil:
		chain.Certificates = []certificate{*b.material.Certificate}
	}
	for _, one := range chain.Certificates {
		e.Certificates = append(e.Certificates, one.RawBytes)
	}
	switch entries := b.material.Entries; len(entries) {
	case 1:
		err := decodeJSON(entries[0], &e.Entry, true, "logIndex", "logId", "keyId", "kindVersion", "kind", "version", "integratedTime",
			"inclusionPromise", "signedEntryTimestamp", "inclusionProof", "rootHash", "treeSize", "hashes", "checkpoint", "envelope",
			"canonicalizedBody")
		if err != nil {
			return Evidence{}, fmt.Errorf("log entry: %w", err)
		}
	default:
		return Evidence{}, fmt.Errorf("has %d entries of transparency logs, must have one", len(entries))
	}
	if len(b.material.Timestamps) > 0 && string(b.material.Timestamps) != "null" {
		var timestamps struct {
			Responses []struct {
				Bytes base64Bytes `json:"signedTimestamp"`
			} `json:"rfc3161Timestamps"`
		}
		if err := decodeJSON(b.material.Timestamps, &timestamps, true, "rfc3161Timestamps", "signedTimestamp"); err != nil {
			return Evidence{}, fmt.Errorf("timestampVerificationData: %w", err)
		}
		for _, one := range timestamps.Responses {
			e.Timestamps = append(e.Timestamps, one.Bytes)
		}
	}
	if b.message != nil {
		e.Signature, e.FileDigest = b.message.Signature, b.message.Digest.Digest
	} else {
		e.Signature, e.Payload, e.preamble = b.envelope.Signatures[0].Sig, b.envelope.Payload, b.envelope.preamble()
	}
	return e, e.checkSize()
}

func (e Evidence) checkSize() error {
	largest := func(values [][]byte) int {
		n := 0
		for _, value := range values {
			n = max(n, len(value))
		}
		return n
	}
	for _, part := range []struct {
		name       string
		size, most int
	}{
		{"certificates", len(e.Certificates), maxCertificates},
		{"timestamps", len(e.Timestamps), maxTimestamps},
		{"hashes in its inclusion proof", len(e.Entry.proof().Hashes), maxProofHashes},
		{"bytes in a certificate", largest(e.Certificates), maxEvidenceBytes},
		{"bytes in a timestamp", largest(e.Timestamps), maxEvidenceBytes},
		{"bytes in its log entry", len(e.Entry.Body), maxEvidenceBytes},
		{"bytes in its kindVersion", len(e.Entry.KindVersion.Kind) + len(e.Entry.KindVersion.Version), maxEvidenceBytes},
		{"bytes in its checkpoint", len(e.Entry.proof().Checkpoint.Envelope), maxEvidenceBytes},
		{"bytes in its signature", len(e.Signature), maxEvidenceBytes},
	} {
		if part.size > part.most {
			return fmt.Errorf("has %d %s, must have at most %d", part.size, part.name, part.most)
		}
	}
	return nil
}

func (e LogEntry) proof() InclusionProof {
	if e.Proof == nil {
		return InclusionProof{}
	}
	return *e.Proof
}

// decimal is an int64 field of a protobuf message in JSON: a string without a sign, without leading zeros. No number in
// a bundle is negative.
type decimal int64

// UnmarshalJSON decodes a string.
func (d *decimal) UnmarshalJSON(text []byte) error {
	var written *string
	if err := json.Unmarshal(text, &written); err != nil {
		return err
	}
	if written == nil {
		return nil
	}
	n, err := strconv.ParseInt(*written, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != *written {
		return errors.New("must be a whole number of at least 0 in quotes")
	}
	*d = decimal(n)
	return nil
}
