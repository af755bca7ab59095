// Package signature verifies who made a model: signatures of OpenSSF Model Signing 1.0, and those of one file that
// cosign sign-blob writes. Both are Sigstore bundles in JSON.
//
// Parse reads a bundle, a Verifier checks its signature, and the Manifest that Verify returns lists what was signed:
// the digests of the model's files. The digests of the files are computed by the caller while the bytes stream.
//
// https://github.com/ossf/model-signing-spec/blob/main/spec/v1.0.md
// https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto
package signature

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// MaxBytes is the size of the largest bundle that Parse accepts: the manifest of about 60,000 files. To parse and
// verify it takes up to seven times its size in memory.
const MaxBytes = 16 << 20

// mediaTypes are those of all published versions of the format.
// https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto
var mediaTypes = append(mediaTypesV03, "application/vnd.dev.sigstore.bundle+json;version=0.2", mediaTypeV01)

var mediaTypesV03 = []string{
	"application/vnd.dev.sigstore.bundle.v0.3+json",
	"application/vnd.dev.sigstore.bundle+json;version=0.3",
}

const mediaTypeV01 = "application/vnd.dev.sigstore.bundle+json;version=0.1"

// PayloadType is that of a DSSE envelope with an in-toto statement.
const PayloadType = "application/vnd.in-toto+json"

// Bundle is a parsed Sigstore bundle. Nothing in it is verified yet.
type Bundle struct {
	mediaType string
	material  material
	// Exactly one of them is set.
	envelope *envelope
	message  *messageSignature
}

type bundleJSON struct {
	MediaType string            `json:"mediaType"`
	Material  json.RawMessage   `json:"verificationMaterial"`
	Envelope  json.RawMessage   `json:"dsseEnvelope"`
	Message   *messageSignature `json:"messageSignature"`
}

// envelope is a DSSE envelope.
// https://github.com/secure-systems-lab/dsse/blob/v1.0.2/envelope.md
type envelope struct {
	Payload     base64Bytes `json:"payload"`
	PayloadType string      `json:"payloadType"`
	Signatures  []struct {
		Sig base64Bytes `json:"sig"`
		// KeyID is absent, null or empty in bundles of model signing, which does not use it.
		KeyID *string `json:"keyid"`
	} `json:"signatures"`
}

// messageSignature is the signature of one file.
type messageSignature struct {
	Digest struct {
		Algorithm string      `json:"algorithm"`
		Digest    base64Bytes `json:"digest"`
	} `json:"messageDigest"`
	Signature base64Bytes `json:"signature"`
}

// Parse reads a bundle.
func Parse(text []byte) (*Bundle, error) {
	bundle, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("signature bundle: %w", err)
	}
	return bundle, nil
}

func parse(text []byte) (*Bundle, error) {
	if len(text) > MaxBytes {
		return nil, fmt.Errorf("has %d bytes, must have at most %d", len(text), MaxBytes)
	}
	var content bundleJSON
	err := decodeJSON(text, &content, true, "mediaType", "verificationMaterial", "dsseEnvelope", "messageSignature",
		"payload", "payloadType", "signatures", "sig", "keyid", "keyId", "messageDigest", "algorithm", "digest", "signature",
		"publicKey", "hint", "rawBytes", "keyDetails", "x509CertificateChain", "certificates", "certificate",
		"tlogEntries", "timestampVerificationData")
	if err != nil {
		return nil, err
	}
	if !slices.Contains(mediaTypes, content.MediaType) {
		return nil, fmt.Errorf("has the media type %q, must be %q", content.MediaType, mediaTypes[0])
	}
	bundle := &Bundle{mediaType: content.MediaType, message: content.Message}
	// By itself: an entry of a transparency log has a keyId, which is no keyid in another case.
	if len(content.Envelope) > 0 && string(content.Envelope) != "null" {
		bundle.envelope = &envelope{}
		if err := decodeJSON(content.Envelope, bundle.envelope, true, "keyid"); err != nil {
			return nil, fmt.Errorf("dsseEnvelope: %w", err)
		}
	}
	if bundle.material, err = parseMaterial(content.Material); err != nil {
		return nil, err
	}
	switch {
	case bundle.envelope != nil && content.Message != nil:
		return nil, errors.New("has both a dsseEnvelope and a messageSignature, must have one of them")
	case bundle.envelope != nil:
		return bundle, bundle.envelope.validate()
	case content.Message != nil:
		return bundle, content.Message.validate()
	}
	return nil, errors.New("has no dsseEnvelope")
}

func (e *envelope) validate() error {
	switch {
	case e.PayloadType != PayloadType:
		return fmt.Errorf("has the payload type %q, must be %q", e.PayloadType, PayloadType)
	case len(e.Payload) == 0:
		return errors.New("has no payload")
	case len(e.Signatures) != 1: // as for every Sigstore bundle
		return fmt.Errorf("has %d signatures, must have one", len(e.Signatures))
	case len(e.Signatures[0].Sig) == 0:
		return errors.New("has an empty signature")
	case e.Signatures[0].KeyID != nil && *e.Signatures[0].KeyID != "":
		return errors.New("has a keyid, which model signing does not use: the verification material names the key")
	}
	return nil
}

func (m *messageSignature) validate() error {
	switch {
	case m.Digest.Algorithm != "SHA2_256":
		return fmt.Errorf("is of a digest of algorithm %q, only SHA2_256 is supported", m.Digest.Algorithm)
	case len(m.Digest.Digest) != 32:
		return fmt.Errorf("is of a SHA-256 with %d bytes, must have 32", len(m.Digest.Digest))
	case len(m.Signature) == 0:
		return errors.New("has an empty signature")
	}
	return nil
}

// signed returns what an envelope's signature is of: the pre-authentication encoding of its payload.
// https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md#signature-definition
func (e *envelope) signed() []byte { return append(e.preamble(), e.Payload...) }

// preamble returns what stands before the payload in what is signed.
func (e *envelope) preamble() []byte {
	return fmt.Appendf(nil, "DSSEv1 %d %s %d ", len(e.PayloadType), e.PayloadType, len(e.Payload))
}
