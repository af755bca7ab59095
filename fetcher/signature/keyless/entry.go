package keyless

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/modelferry/modelferry/fetcher/signature"
)

// The kinds of entries that record a signature. All but the last one are of logs of version 1.
const (
	kindFile       = "hashedrekord 0.0.1"
	kindEnvelope   = "dsse 0.0.1"
	kindOlder      = "intoto 0.0.2"
	kindOfVersion2 = "hashedrekord 0.0.2"
)

func kindOf(entry signature.LogEntry) string {
	return entry.KindVersion.Kind + " " + entry.KindVersion.Version
}

// checkBody compares what the log has recorded with the bundle: another signature's entry is no evidence.
func checkBody(e signature.Evidence, leaf *x509.Certificate) error {
	kind, body := kindOf(e.Entry), e.Entry.Body
	switch {
	case kind == kindOfVersion2:
		return checkBodyOfVersion2(e, leaf)
	case kind == kindFile && e.FileDigest != nil, kind == kindEnvelope && e.Payload != nil, kind == kindOlder && e.Payload != nil:
	default:
		return fmt.Errorf("has the kindVersion %q, which is not that of such a signature", kind)
	}
	var recorded struct {
		Kind, APIVersion string
		Spec             json.RawMessage
	}
	if err := json.Unmarshal(body, &recorded); err != nil {
		return fmt.Errorf("canonicalizedBody: %w", err)
	}
	if recorded.Kind+" "+recorded.APIVersion != kind {
		return fmt.Errorf("has the kindVersion %q, and is a %s %s", kind, recorded.Kind, recorded.APIVersion)
	}
	record, err := parseRecord(kind, recorded.Spec)
	if err != nil {
		return fmt.Errorf("canonicalizedBody: %w", err)
	}
	signed := e.FileDigest
	if e.Payload != nil {
		digest := sha256.Sum256(e.Payload)
		signed = digest[:]
	}
	block, rest := pem.Decode(record.certificate)
	switch {
	case !bytes.Equal(record.signature, e.Signature):
		return errors.New("is of another signature")
	case block == nil || len(bytes.TrimSpace(rest)) > 0 || !bytes.Equal(block.Bytes, leaf.Raw):
		return errors.New("is of another certificate")
	case record.algorithm != "sha256" || record.digest != hex.EncodeToString(signed):
		return errors.New("is of other content")
	}
	return nil
}

// record is what an entry of version 1 has of a signature.
type record struct {
	signature []byte
	// certificate is in PEM.
	certificate []byte
	// digest is the digest of what is signed, in hex.
	algorithm, digest string
}

type hashJSON struct{ Algorithm, Value string }

// parseRecord reads the spec of an entry.
// https://github.com/sigstore/rekor/tree/v1.5.3/pkg/types
func parseRecord(kind string, spec []byte) (record, error) {
	var file struct {
		Data      struct{ Hash hashJSON }
		Signature struct {
			Content   []byte
			PublicKey struct{ Content []byte }
		}
	}
	var envelope struct {
		PayloadHash hashJSON
		Signatures  []struct{ Signature, Verifier []byte }
	}
	var older struct {
		Content struct {
			PayloadHash hashJSON
			Envelope    struct {
				// Sig is base64 in base64.
				Signatures []struct{ Sig, PublicKey []byte }
			}
		}
	}
	switch kind {
	case kindFile:
		err := json.Unmarshal(spec, &file)
		return record{file.Signature.Content, file.Signature.PublicKey.Content, file.Data.Hash.Algorithm, file.Data.Hash.Value}, err
	case kindEnvelope:
		if err := json.Unmarshal(spec, &envelope); err != nil || len(envelope.Signatures) != 1 {
			return record{}, errors.Join(err, fmt.Errorf("has %d signatures, must have one", len(envelope.Signatures)))
		}
		signed, hash := envelope.Signatures[0], envelope.PayloadHash
		return record{signed.Signature, signed.Verifier, hash.Algorithm, hash.Value}, nil
	}
	if err := json.Unmarshal(spec, &older); err != nil || len(older.Content.Envelope.Signatures) != 1 {
		return record{}, errors.Join(err, fmt.Errorf("has %d signatures, must have one", len(older.Content.Envelope.Signatures)))
	}
	signed, hash := older.Content.Envelope.Signatures[0], older.Content.PayloadHash
	sig, err := base64.StdEncoding.DecodeString(string(signed.Sig))
	return record{sig, signed.PublicKey, hash.Algorithm, hash.Value}, err
}
