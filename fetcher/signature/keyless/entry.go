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
	record, err := parseRecord(kind, body)
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
	case record.algorithm != "sha256" || record.digest != hex.EncodeToString(signed),
		record.payload != nil && !bytes.Equal(record.payload, e.Payload):
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
	// payload is what is signed, or nil: few entries have it.
	payload []byte
}

// The entries as Rekor writes them: with these fields, in this order. Only a keyid and a payload may be absent: the
// public log has no payload.
// https://github.com/sigstore/rekor/tree/v1.5.3/pkg/types
type (
	entryJSON[Spec any] struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		Spec       Spec   `json:"spec"`
	}
	hashJSON struct {
		Algorithm string `json:"algorithm"`
		Value     string `json:"value"`
	}
	fileJSON struct {
		Data struct {
			Hash hashJSON `json:"hash"`
		} `json:"data"`
		Signature struct {
			Content   []byte `json:"content"`
			PublicKey struct {
				Content []byte `json:"content"`
			} `json:"publicKey"`
		} `json:"signature"`
	}
	envelopeJSON struct {
		EnvelopeHash hashJSON `json:"envelopeHash"`
		PayloadHash  hashJSON `json:"payloadHash"`
		Signatures   []struct {
			Signature []byte `json:"signature"`
			Verifier  []byte `json:"verifier"`
		} `json:"signatures"`
	}
	olderJSON struct {
		Content struct {
			Envelope struct {
				Payload     []byte `json:"payload,omitempty"` // base64 in base64
				PayloadType string `json:"payloadType"`
				Signatures  []struct {
					KeyID     string `json:"keyid,omitempty"`
					PublicKey []byte `json:"publicKey"`
					Sig       []byte `json:"sig"` // base64 in base64
				} `json:"signatures"`
			} `json:"envelope"`
			Hash        hashJSON `json:"hash"`
			PayloadHash hashJSON `json:"payloadHash"`
		} `json:"content"`
	}
)

// check refuses what is no digest. That of a whole envelope is of the text that was sent to the log, which a bundle
// does not have.
func (h hashJSON) check() error {
	if digest, err := hex.DecodeString(h.Value); h.Algorithm != "sha256" || err != nil || len(digest) != sha256.Size {
		return fmt.Errorf("has the digest %q of %q, must be one of sha256", h.Value, h.Algorithm)
	}
	return nil
}

// parseEntry reads an entry of one kind. Another text for the same values is refused: encoding/json ignores the case of
// names and all but the last one of the same name, and other tools do not.
func parseEntry[Spec any](kind string, body []byte) (Spec, error) {
	var entry entryJSON[Spec]
	if err := json.Unmarshal(body, &entry); err != nil {
		return entry.Spec, err
	}
	if is := entry.Kind + " " + entry.APIVersion; is != kind {
		return entry.Spec, fmt.Errorf("has the kindVersion %q, and is a %s", kind, is)
	}
	written, err := json.Marshal(entry)
	if err == nil && !bytes.Equal(written, body) {
		err = errors.New("is not written as the log writes it")
	}
	return entry.Spec, err
}

// parseRecord reads an entry.
func parseRecord(kind string, body []byte) (record, error) {
	switch kind {
	case kindFile:
		file, err := parseEntry[fileJSON](kind, body)
		return record{
			signature: file.Signature.Content, certificate: file.Signature.PublicKey.Content,
			algorithm: file.Data.Hash.Algorithm, digest: file.Data.Hash.Value,
		}, err
	case kindEnvelope:
		envelope, err := parseEntry[envelopeJSON](kind, body)
		err = errors.Join(err, envelope.EnvelopeHash.check())
		if err = errors.Join(err, checkOne(len(envelope.Signatures))); err != nil {
			return record{}, err
		}
		signed, hash := envelope.Signatures[0], envelope.PayloadHash
		return record{signature: signed.Signature, certificate: signed.Verifier, algorithm: hash.Algorithm, digest: hash.Value}, nil
	}
	older, err := parseEntry[olderJSON](kind, body)
	err = errors.Join(err, older.Content.Hash.check())
	if is := older.Content.Envelope.PayloadType; is != signature.PayloadType {
		err = errors.Join(err, fmt.Errorf("has the payload type %q, must be %q", is, signature.PayloadType))
	}
	if err = errors.Join(err, checkOne(len(older.Content.Envelope.Signatures))); err != nil {
		return record{}, err
	}
	signed, hash := older.Content.Envelope.Signatures[0], older.Content.PayloadHash
	r := record{certificate: signed.PublicKey, algorithm: hash.Algorithm, digest: hash.Value}
	r.signature, err = base64.StdEncoding.DecodeString(string(signed.Sig))
	if text := older.Content.Envelope.Payload; text != nil && err == nil {
		r.payload, err = base64.StdEncoding.DecodeString(string(text))
	}
	return r, err
}

func checkOne(signatures int) error {
	if signatures != 1 { // as in every Sigstore bundle
		return fmt.Errorf("has %d signatures, must have one", signatures)
	}
	return nil
}
