package signature

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// material is the part of a bundle that names the signer. Exactly one of its first three fields is set.
type material struct {
	PublicKey   *publicKey        `json:"publicKey"`
	Chain       *certificateChain `json:"x509CertificateChain"`
	Certificate *certificate      `json:"certificate"`
	// Entries and Timestamps are evidence of Sigstore's services. Verification by a key or by own certificates does not
	// use them.
	Entries    []json.RawMessage `json:"tlogEntries"`
	Timestamps json.RawMessage   `json:"timestampVerificationData"`
}

// publicKey identifies a key. Version 1.1.0 of the reference implementation writes the hint, earlier ones the others.
type publicKey struct {
	Hint       string      `json:"hint"`
	RawBytes   base64Bytes `json:"rawBytes"`
	KeyDetails *string     `json:"keyDetails"`
}

// certificateChain has the signing certificate first, then those of the authorities that lead to a root.
type certificateChain struct {
	Certificates []certificate `json:"certificates"`
}

// certificate is a certificate in DER.
type certificate struct {
	RawBytes base64Bytes `json:"rawBytes"`
}

// parseMaterial reads the verificationMaterial.
func parseMaterial(text json.RawMessage) (material, error) {
	if len(text) == 0 || bytes.Equal(text, []byte("null")) {
		return material{}, errors.New("has no verificationMaterial")
	}
	var m material
	if err := decodeJSON(text, &m, true); err != nil {
		return material{}, fmt.Errorf("verificationMaterial: %w", err)
	}
	switch {
	case m.PublicKey == nil && m.Chain == nil && m.Certificate == nil:
		return material{}, errors.New("has neither publicKey, x509CertificateChain nor certificate in its verificationMaterial")
	case m.PublicKey != nil && (m.Chain != nil || m.Certificate != nil), m.Chain != nil && m.Certificate != nil:
		return material{}, errors.New("has more than one of publicKey, x509CertificateChain and certificate in its verificationMaterial")
	case m.PublicKey != nil && m.PublicKey.Hint == "" && len(m.PublicKey.RawBytes) == 0:
		return material{}, errors.New("has a publicKey without a hint and without the key")
	case m.Chain != nil && len(m.Chain.Certificates) == 0:
		return material{}, errors.New("has an empty x509CertificateChain")
	case m.Certificate != nil && len(m.Entries) == 0:
		return material{}, errors.New("has the certificate of keyless signing, but no tlogEntries")
	}
	return m, nil
}
