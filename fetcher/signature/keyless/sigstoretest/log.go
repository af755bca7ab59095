package sigstoretest

import (
	"cmp"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"testing"

	"github.com/cyberphone/json-canonicalization/go/src/webpki.org/jsoncanonicalizer"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	tiles "github.com/sigstore/rekor-tiles/v2/pkg/generated/protobuf"
	rekornote "github.com/sigstore/rekor-tiles/v2/pkg/note"
	"github.com/sigstore/rekor/pkg/util"
	"github.com/sigstore/sigstore-go/pkg/tlog"
	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/stretchr/testify/require"
	formats "github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
	"google.golang.org/protobuf/encoding/protojson"
)

// logged is what a log records of a signature.
type logged struct {
	certificate *x509.Certificate
	// message is what sig is of. envelope is nil for the signature of a file.
	sig, message []byte
	envelope     *envelope
}

type envelope struct {
	payload     []byte
	payloadType string
}

// entry records a signature as the second entry of a log with two of them.
func (s *Sigstore) entry(tb testing.TB, e Evidence, l logged) *protorekor.TransparencyLogEntry {
	tb.Helper()
	const index, size, treeID = 1, 2, 123
	kind, version, body := l.body(tb)
	if e.Tiles {
		kind, version, body = l.tilesBody(tb)
	}
	if e.Body != nil {
		body = e.Body(body)
	}
	isTiles, id := e.Tiles != e.OtherLog, keyID(tb, s.rekorKey)
	if isTiles {
		id = s.tilesID()
	}
	entry := &protorekor.TransparencyLogEntry{
		LogIndex: index, LogId: &protocommon.LogId{KeyId: id}, CanonicalizedBody: body,
		KindVersion: &protorekor.KindVersion{Kind: kind, Version: version},
	}
	if e.Promise {
		entry.IntegratedTime = e.Logged.Unix()
		signed := canonical(tb, tlog.RekorPayload{
			Body: base64.StdEncoding.EncodeToString(body), IntegratedTime: entry.IntegratedTime, LogIndex: entry.LogIndex,
			LogID: hex.EncodeToString(entry.LogId.KeyId),
		})
		entry.InclusionPromise = &protorekor.InclusionPromise{SignedEntryTimestamp: s.signEntry(tb, isTiles, signed)}
	}
	if e.Proof {
		first := rfc6962.DefaultHasher.HashLeaf([]byte("another entry"))
		root := rfc6962.DefaultHasher.HashChildren(first, rfc6962.DefaultHasher.HashLeaf(body))
		signer, err := signature.LoadECDSASignerVerifier(s.rekorKey, crypto.SHA256)
		require.NoError(tb, err)
		checkpoint, err := util.CreateAndSignCheckpoint(context.Background(), cmp.Or(e.Origin, logHost), treeID, size, root, signer)
		if isTiles {
			checkpoint = s.tilesCheckpoint(tb, formats.Checkpoint{Origin: cmp.Or(e.Origin, tilesHost), Size: size, Hash: root})
		}
		require.NoError(tb, err)
		entry.InclusionProof = &protorekor.InclusionProof{
			LogIndex: index, TreeSize: size, RootHash: root, Hashes: [][]byte{first},
			Checkpoint: &protorekor.Checkpoint{Envelope: string(checkpoint)},
		}
	}
	return entry
}

// signEntry signs as version 1: with SHA-256 for keys of every curve. With isTiles the key is that of version 2.
func (s *Sigstore) signEntry(tb testing.TB, isTiles bool, message []byte) []byte {
	tb.Helper()
	if isTiles {
		return ed25519.Sign(s.tilesKey, message)
	}
	digest := sha256.Sum256(message)
	sig, err := ecdsa.SignASN1(rand.Reader, s.rekorKey, digest[:])
	require.NoError(tb, err)
	return sig
}

func (s *Sigstore) tilesCheckpoint(tb testing.TB, checkpoint formats.Checkpoint) []byte {
	tb.Helper()
	signer, err := signature.LoadED25519Signer(s.tilesKey)
	require.NoError(tb, err)
	noteSigner, err := rekornote.NewNoteSigner(context.Background(), checkpoint.Origin, signer)
	require.NoError(tb, err)
	text, err := note.Sign(&note.Note{Text: string(checkpoint.Marshal())}, noteSigner)
	require.NoError(tb, err)
	return text
}

// body returns an entry of version 1.
func (l logged) body(tb testing.TB) (kind, version string, body []byte) {
	tb.Helper()
	verifier := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: l.certificate.Raw})
	hash := func(content []byte) map[string]string {
		digest := sha256.Sum256(content)
		return map[string]string{"algorithm": "sha256", "value": hex.EncodeToString(digest[:])}
	}
	kind, version = "hashedrekord", "0.0.1"
	spec := map[string]any{
		"data":      map[string]any{"hash": hash(l.message)},
		"signature": map[string]any{"content": l.sig, "publicKey": map[string]any{"content": verifier}},
	}
	if l.envelope != nil {
		kind = "dsse"
		spec = map[string]any{
			"envelopeHash": hash(canonical(tb, map[string]any{
				"payload": l.envelope.payload, "payloadType": l.envelope.payloadType, "signatures": []any{map[string]any{"sig": l.sig}},
			})),
			"payloadHash": hash(l.envelope.payload),
			"signatures":  []any{map[string]any{"signature": l.sig, "verifier": verifier}},
		}
	}
	return kind, version, canonical(tb, map[string]any{"apiVersion": version, "kind": kind, "spec": spec})
}

// tilesBody returns an entry of version 2, which is of the signed message in any case.
func (l logged) tilesBody(tb testing.TB) (kind, version string, body []byte) {
	tb.Helper()
	key, ok := l.certificate.PublicKey.(*ecdsa.PublicKey)
	require.True(tb, ok)
	algorithm, details := protocommon.HashAlgorithm_SHA2_256, protocommon.PublicKeyDetails_PKIX_ECDSA_P256_SHA_256
	if key.Curve == elliptic.P384() {
		algorithm, details = protocommon.HashAlgorithm_SHA2_384, protocommon.PublicKeyDetails_PKIX_ECDSA_P384_SHA_384
	}
	record := &tiles.HashedRekordLogEntryV002{
		Data: &protocommon.HashOutput{Algorithm: algorithm, Digest: digestFor(key.Curve, l.message)},
		Signature: &tiles.Signature{Content: l.sig, Verifier: &tiles.Verifier{
			KeyDetails: details,
			Verifier: &tiles.Verifier_X509Certificate{
				X509Certificate: &protocommon.X509Certificate{RawBytes: l.certificate.Raw},
			},
		}},
	}
	kind, version = "hashedrekord", "0.0.2"
	text, err := protojson.Marshal(&tiles.Entry{
		Kind: kind, ApiVersion: version, Spec: &tiles.Spec{Spec: &tiles.Spec_HashedRekordV002{HashedRekordV002: record}},
	})
	require.NoError(tb, err)
	body, err = jsoncanonicalizer.Transform(text)
	require.NoError(tb, err)
	return kind, version, body
}

// canonical returns a value as canonical JSON.
func canonical(tb testing.TB, value any) []byte {
	tb.Helper()
	text, err := json.Marshal(value)
	require.NoError(tb, err)
	text, err = jsoncanonicalizer.Transform(text)
	require.NoError(tb, err)
	return text
}
