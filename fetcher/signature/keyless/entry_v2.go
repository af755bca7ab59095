package keyless

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/modelferry/modelferry/fetcher/signature"
)

// checkBodyOfVersion2 compares an entry of a log of version 2 with the one that the bundle's signature has: such a log
// records nothing else, in JSON of one form (RFC 8785).
// https://github.com/sigstore/rekor-tiles/blob/v2.3.0/api/proto/rekor/v2/hashedrekord.proto
func checkBodyOfVersion2(e signature.Evidence, leaf *x509.Certificate) error {
	key, ok := leaf.PublicKey.(*ecdsa.PublicKey)
	if !ok {
		return fmt.Errorf("is of a log of version 2, and the signing certificate has a key of %s, must have one of ECDSA",
			leaf.PublicKeyAlgorithm)
	}
	hash, details := signature.CurveHash(key.Curve), signature.KeyDetails(key)
	if details == nil {
		return fmt.Errorf("is of a signing certificate with a key of %s, which is not supported", key.Curve.Params().Name)
	}
	digest, isKnown := e.Digest(hash)
	if !isKnown {
		return fmt.Errorf("is of a log of version 2, which has the %s of a file that is signed with a key of %s, but the bundle has not",
			hash, key.Curve.Params().Name)
	}
	const form = `{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{` +
		`"data":{"algorithm":"SHA2_%[1]d","digest":"%[2]s"},` +
		`"signature":{"content":"%[3]s","verifier":{"keyDetails":"%[4]s","x509Certificate":{"rawBytes":"%[5]s"}}}}}}`
	encode := base64.StdEncoding.EncodeToString
	if string(e.Entry.Body) != fmt.Sprintf(form, hash.Size()*8, encode(digest), encode(e.Signature), details[0], encode(leaf.Raw)) {
		return errors.New("is of another signature, certificate or content")
	}
	return nil
}
