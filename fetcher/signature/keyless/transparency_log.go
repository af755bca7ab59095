package keyless

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"

	"github.com/modelferry/modelferry/fetcher/signature"
)

// verifyEntry checks that the bundle's signature is in a transparency log, and returns when it was made, if the log
// says so. A log of version 1 does, in the signed entry timestamp, which bundles of version 0.1 may have instead of a
// proof.
func (t *trustedRoot) verifyEntry(e signature.Evidence, leaf *x509.Certificate) ([]time.Time, error) {
	made, err := t.entryTimes(e, leaf)
	if err != nil {
		return nil, fmt.Errorf("transparency log entry: %w", err)
	}
	return made, nil
}

func (t *trustedRoot) entryTimes(e signature.Evidence, leaf *x509.Certificate) ([]time.Time, error) {
	entry := e.Entry
	by, isKnown := t.logs[string(entry.LogID.KeyID)]
	isPromised := len(entry.Promise.SignedEntryTimestamp) > 0
	switch {
	case !isKnown:
		return nil, errors.New("the signature is not in a transparency log of the trusted root")
	case entry.Proof == nil && (!e.ProofOptional || !isPromised):
		return nil, errors.New("has no inclusionProof")
	case e.ProofOptional && !isPromised:
		return nil, errors.New("has no inclusionPromise, which a bundle of version 0.1 must have")
	case isPromised && kindOf(entry) == kindOfVersion2:
		return nil, errors.New("is of a log of version 2, and has the inclusionPromise of version 1")
	case !isPromised && entry.IntegratedTime != 0:
		return nil, errors.New("has an integratedTime without a signedEntryTimestamp, which would sign it")
	case !isPromised && entry.LogIndex != entry.Proof.LogIndex:
		return nil, errors.New("has another logIndex than its inclusionProof")
	}
	if err := checkBody(e, leaf); err != nil {
		return nil, err
	}
	if entry.Proof != nil {
		if err := by.verifyInclusion(entry); err != nil {
			return nil, err
		}
	}
	if !isPromised {
		return nil, nil
	}
	return []time.Time{time.Unix(int64(entry.IntegratedTime), 0)}, by.verifyPromise(entry)
}

// verifyPromise checks the signed entry timestamp, which is of these four values, in JSON of one form (RFC 8785).
// https://github.com/sigstore/rekor/blob/v1.5.3/types.md
func (l log) verifyPromise(entry signature.LogEntry) error {
	signed := fmt.Appendf(nil, `{"body":"%s","integratedTime":%d,"logID":"%s","logIndex":%d}`,
		base64.StdEncoding.EncodeToString(entry.Body), entry.IntegratedTime, hex.EncodeToString(entry.LogID.KeyID), entry.LogIndex)
	_, isECDSA := l.key.(*ecdsa.PublicKey) // as all logs of version 1
	if !isECDSA || !l.verify(signed, entry.Promise.SignedEntryTimestamp, false) {
		return errors.New("the signedEntryTimestamp is not of the log, or not of this entry")
	}
	return nil
}

// verifyInclusion checks that the entry is in the log that the checkpoint is of.
// https://datatracker.ietf.org/doc/html/rfc6962#section-2.1.1
func (l log) verifyInclusion(entry signature.LogEntry) error {
	signed, err := l.parseCheckpoint(entry.Proof.Checkpoint.Envelope, kindOf(entry) == kindOfVersion2)
	switch {
	case err != nil:
		return fmt.Errorf("checkpoint: %w", err)
	case uint64(entry.Proof.TreeSize) != signed.Size:
		return errors.New("has another treeSize than its checkpoint")
	case !bytes.Equal(entry.Proof.RootHash, signed.Hash):
		return errors.New("has another rootHash than its checkpoint")
	}
	hashes := make([][]byte, len(entry.Proof.Hashes))
	for i, hash := range entry.Proof.Hashes {
		hashes[i] = hash
	}
	hasher := rfc6962.DefaultHasher
	err = proof.VerifyInclusion(hasher, uint64(entry.Proof.LogIndex), signed.Size, hasher.HashLeaf(entry.Body), hashes, signed.Hash)
	if err != nil {
		return fmt.Errorf("inclusionProof: %w", err)
	}
	return nil
}

// verify reports whether sig is the log's signature of the message. With ECDSA, version 1 signs the SHA-256 for keys of
// every curve, version 2 the digest of the curve.
// https://github.com/sigstore/rekor/blob/v1.5.3/pkg/signer/signer.go
func (l log) verify(message, sig []byte, isVersion2 bool) bool {
	digest := sha256.Sum256(message)
	switch key := l.key.(type) {
	case *ecdsa.PublicKey:
		if !isVersion2 {
			return ecdsa.VerifyASN1(key, digest[:], sig)
		}
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], sig) == nil
	}
	return signature.VerifyMessage(l.key, message, sig)
}
