package keyless_test

import (
	"crypto/elliptic"
	"encoding/json"
	"strings"
	"testing"
	"time"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/signature/keyless/sigstoretest"
)

func TestNew_refusedEvidence(t *testing.T) {
	sigstore, stranger := sigstoretest.New(t), sigstoretest.New(t)
	verifier := newVerifier(t, signer, sigstore.TrustedRoot(t))
	const notLogged, noTime = "is not in a transparency log of the trusted root", "says when the signature was made"
	const notIssued = "not from an authority of the trusted root, or was not valid when the signature was made"
	const noSCT = "is not in a certificate transparency log of the trusted root"
	for _, tt := range []struct {
		name   string
		change func(*sigstoretest.Evidence)
		bundle func(*protobundle.Bundle)
		want   string
	}{
		{name: "certificate in no log", change: func(e *sigstoretest.Evidence) { e.CTLog = nil }, want: noSCT},
		{name: "certificate in the log of another Sigstore", change: func(e *sigstoretest.Evidence) { e.CTLog = stranger }, want: noSCT},
		{name: "another certificate in the log", change: func(e *sigstoretest.Evidence) { e.OtherCertificate = true }, want: noSCT},
		{name: "certificate expired before the log's time",
			change: func(e *sigstoretest.Evidence) { e.Issued = e.Issued.Add(-20 * time.Minute) },
			want:   notIssued},
		{name: "certificate valid after the log's time",
			change: func(e *sigstoretest.Evidence) { e.Issued = e.Issued.Add(20 * time.Minute) },
			want:   notIssued},
		{name: "certificate expired before the timestamp", change: func(e *sigstoretest.Evidence) {
			*e = sigstore.TilesEvidence()
			e.Issued = e.Issued.Add(-20 * time.Minute)
		}, want: notIssued},
		{name: "no inclusion proof",
			change: func(e *sigstoretest.Evidence) { e.Proof = false }, want: "has no inclusionProof"},
		{name: "no inclusion proof of version 2", change: func(e *sigstoretest.Evidence) {
			*e = sigstore.TilesEvidence()
			e.Proof = false
		}, want: "has no inclusionProof"},
		{name: "no time", change: func(e *sigstoretest.Evidence) { e.Promise = false }, want: noTime},
		{name: "no log entry", bundle: func(b *protobundle.Bundle) { b.VerificationMaterial.TlogEntries = nil }, want: "no tlogEntries"},
		{name: "no evidence of the log", bundle: func(b *protobundle.Bundle) {
			b.MediaType = "application/vnd.dev.sigstore.bundle+json;version=0.2"
			b.VerificationMaterial.TlogEntries[0].InclusionPromise, b.VerificationMaterial.TlogEntries[0].InclusionProof = nil, nil
		}, want: "has no inclusionProof"},
		{name: "entry twice", bundle: func(b *protobundle.Bundle) {
			b.VerificationMaterial.TlogEntries = append(b.VerificationMaterial.TlogEntries, b.VerificationMaterial.TlogEntries[0])
		}, want: "has 2 entries of transparency logs"},
		{name: "entry of another signature", bundle: func(b *protobundle.Bundle) {
			b.VerificationMaterial.TlogEntries =
				sigstore.Attest(t, statementOf(weights), sigstore.Evidence()).VerificationMaterial.TlogEntries
		}, want: "log entry: is of another signature"},
		{name: "entry of the log of another Sigstore", bundle: func(b *protobundle.Bundle) {
			b.VerificationMaterial.TlogEntries =
				stranger.Attest(t, statementOf(weights), sigstore.Evidence()).VerificationMaterial.TlogEntries
		}, want: notLogged},
		{name: "certificate of another signature", bundle: func(b *protobundle.Bundle) {
			b.VerificationMaterial.Content = sigstore.Attest(t, statementOf(weights), sigstore.Evidence()).VerificationMaterial.Content
		}, want: "log entry: is of another certificate"},
		{name: "timestamp of another signature",
			change: func(e *sigstoretest.Evidence) { e.Timestamp = true }, bundle: func(b *protobundle.Bundle) {
				b.VerificationMaterial.TimestampVerificationData =
					sigstore.Attest(t, statementOf(weights), sigstore.TilesEvidence()).VerificationMaterial.TimestampVerificationData
			}, want: "timestamp: "},
		{name: "large entry", bundle: func(b *protobundle.Bundle) {
			b.VerificationMaterial.TlogEntries[0].CanonicalizedBody = make([]byte, 16<<10+1)
		}, want: "has 16385 bytes in its log entry, must have at most 16384"},
		{name: "large kind", bundle: func(b *protobundle.Bundle) {
			b.VerificationMaterial.TlogEntries[0].KindVersion.Kind = strings.Repeat("x", 16<<10)
		}, want: "has 16389 bytes in its kindVersion, must have at most 16384"},
		{name: "large timestamp", bundle: func(b *protobundle.Bundle) {
			b.VerificationMaterial.TimestampVerificationData = timestamps(1, 16<<10+1)
		}, want: "has 16385 bytes in a timestamp, must have at most 16384"},
		{name: "many timestamps", bundle: func(b *protobundle.Bundle) {
			b.VerificationMaterial.TimestampVerificationData = timestamps(5, 1)
		}, want: "has 5 timestamps, must have at most 4"},
		{name: "entry of another signature in version 2",
			change: func(e *sigstoretest.Evidence) { *e = sigstore.TilesEvidence() }, bundle: func(b *protobundle.Bundle) {
				b.VerificationMaterial.TlogEntries =
					sigstore.Attest(t, statementOf(weights), sigstore.TilesEvidence()).VerificationMaterial.TlogEntries
			}, want: "log entry: is of another signature, certificate or content"},
		{name: "entry of version 2 of a signature of version 1", bundle: func(b *protobundle.Bundle) {
			b.VerificationMaterial.TlogEntries[0].KindVersion = &protorekor.KindVersion{Kind: "hashedrekord", Version: "0.0.2"}
		}, want: "inclusionPromise of version 1"},
		{name: "entry of a file for an envelope", bundle: func(b *protobundle.Bundle) {
			blob := sigstore.SignBlob(t, weights, sigstore.Evidence())
			b.VerificationMaterial.TlogEntries = blob.VerificationMaterial.TlogEntries
		}, want: `has the kindVersion "hashedrekord 0.0.1", which is not that of such a signature`},
		{name: "chain in version 0.3", bundle: func(b *protobundle.Bundle) {
			sigstore.WithChain(b)
			b.MediaType = "application/vnd.dev.sigstore.bundle.v0.3+json"
		}, want: "must have a certificate in a keyless bundle of version 0.3"},
		{name: "another certificate in the chain", bundle: func(b *protobundle.Bundle) {
			stranger.WithChain(b)
		}, want: "that is not of the trusted root"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := sigstore.Evidence()
			if tt.change != nil {
				tt.change(&e)
			}
			bundle := sigstore.Attest(t, statementOf(weights), e)
			if tt.bundle != nil {
				tt.bundle(bundle)
			}
			require.ErrorContains(t, verify(verifier, sigstoretest.Marshal(t, bundle), weights), tt.want)
		})
	}
}

func timestamps(n, size int) *protobundle.TimestampVerificationData {
	data := &protobundle.TimestampVerificationData{}
	for range n {
		data.Rfc3161Timestamps = append(data.Rfc3161Timestamps, &protocommon.RFC3161SignedTimestamp{SignedTimestamp: make([]byte, size)})
	}
	return data
}

// A retired key may have leaked: it must not vouch for what it says of a time after its validity.
func TestNew_keyNotValid(t *testing.T) {
	sigstore := sigstoretest.New(t)
	trusted := sigstore.TrustedRoot(t)
	byLog, byTimestamp := sigstore.Evidence(), sigstore.TilesEvidence()
	for _, tt := range []struct {
		field    string
		evidence sigstoretest.Evidence
		want     string
	}{
		{"tlogs", byLog, "the key of the transparency log was not valid when the signature was made"},
		{"tlogs", byTimestamp, "the key of the transparency log was not valid when the signature was made"},
		{"ctlogs", byLog, "is not in a certificate transparency log of the trusted root"},
		{"certificateAuthorities", byLog, "the signing certificate is not from an authority of the trusted root"},
		{"timestampAuthorities", byTimestamp, "was not valid at"},
	} {
		bundle := sigstoretest.Marshal(t, sigstore.Attest(t, statementOf(weights), tt.evidence))
		require.NoError(t, verify(newVerifier(t, signer, trusted), bundle, weights), tt.field)
		for name, validFor := range map[string]validity{
			"past":   {"start": "2020-01-01T00:00:00Z", "end": "2021-01-01T00:00:00Z"},
			"future": {"start": "2200-01-01T00:00:00Z"},
		} {
			changed := withValidity(t, trusted, tt.field, validFor)
			require.ErrorContains(t, verify(newVerifier(t, signer, changed), bundle, weights), tt.want, "%s in the %s", tt.field, name)
		}
	}
}

type validity map[string]any

// withValidity returns a trusted root with another validity of all keys of one kind of service.
func withValidity(t *testing.T, trustedRoot []byte, field string, validFor validity) []byte {
	t.Helper()
	var trusted map[string]any
	require.NoError(t, json.Unmarshal(trustedRoot, &trusted))
	services, ok := trusted[field].([]any)
	require.True(t, ok)
	for _, one := range services {
		holder, ok := one.(map[string]any)
		require.True(t, ok)
		if key, isLog := holder["publicKey"].(map[string]any); isLog {
			holder = key
		}
		holder["validFor"] = validFor
	}
	changed, err := json.Marshal(trusted)
	require.NoError(t, err)
	return changed
}

// A log of version 1 signs the SHA-256 of an entry with keys of every curve.
func TestNew_keyOfLog(t *testing.T) {
	sigstore := sigstoretest.New(t)
	sigstore.UseLogKey(t, elliptic.P384())
	trusted := sigstore.TrustedRoot(t)
	bundle := sigstore.Attest(t, statementOf(weights), sigstore.Evidence())
	require.NoError(t, verify(newVerifier(t, signer, trusted), sigstoretest.Marshal(t, bundle), weights))
	// sigstore-go cannot verify a checkpoint of such a key.
	sigstore.WithChain(bundle)
	bundle.MediaType = "application/vnd.dev.sigstore.bundle+json;version=0.1"
	bundle.VerificationMaterial.TlogEntries[0].InclusionProof = nil
	require.NoError(t, verify(newVerifier(t, signer, trusted), sigstoretest.Marshal(t, bundle), weights))
	require.NoError(t, verifyWithSigstoreGo(t, signer, trusted, sigstoretest.Marshal(t, bundle), ""))
	// A log of version 1 has no Ed25519 key, so a promise of such a key is none.
	e := sigstore.Evidence()
	e.OtherLog = true
	bundle = sigstore.Attest(t, statementOf(weights), e)
	sigstore.WithChain(bundle)
	bundle.MediaType = "application/vnd.dev.sigstore.bundle+json;version=0.1"
	bundle.VerificationMaterial.TlogEntries[0].InclusionProof = nil
	err := verify(newVerifier(t, signer, trusted), sigstoretest.Marshal(t, bundle), weights)
	require.ErrorContains(t, err, "signedEntryTimestamp is not of the log")
	require.Error(t, verifyWithSigstoreGo(t, signer, trusted, sigstoretest.Marshal(t, bundle), ""))
}
