package sigstoretest

import (
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"testing"
	"time"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	protodsse "github.com/sigstore/protobuf-specs/gen/pb-go/dsse"
	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
)

// Evidence is what a bundle says of its signature.
type Evidence struct {
	// Identity and Issuer are those of the certificate.
	Identity, Issuer string
	// Curve is that of the signing key. That of P-384 signs statements only.
	Curve elliptic.Curve
	// Certificate changes the certificate before it is issued, if it is set.
	Certificate func(*x509.Certificate)
	// Issued is the time from which the certificate is valid, for ten minutes. Logged is the time of the log.
	Issued, Logged time.Time
	// CTLog has the log of certificates, or is nil if the certificate is in none. With OtherCertificate the log has
	// signed another certificate.
	CTLog            *Sigstore
	OtherCertificate bool
	// Tiles makes an entry of a log of version 2. Otherwise it is one of version 1.
	Tiles bool
	// OtherLog has the entry recorded by the log of the other version.
	OtherLog bool
	// Body changes what the log records, if it is set.
	Body func([]byte) []byte
	// Origin names the log in its checkpoint, if it is not the log's own name.
	Origin string
	// Proof, Promise and Timestamp are an inclusion proof, a signed entry timestamp, which a log of version 2 does not
	// have, and a timestamp of the authority.
	Proof, Promise, Timestamp bool
}

// Evidence returns that of the public Sigstore: an inclusion proof and a signed entry timestamp.
func (s *Sigstore) Evidence() Evidence {
	now := time.Now()
	return Evidence{
		Identity: Identity, Issuer: Issuer, Curve: elliptic.P256(), Issued: now.Add(-time.Minute), Logged: now, CTLog: s,
		Proof: true, Promise: true,
	}
}

// TilesEvidence returns that of a Sigstore with a log of version 2: an inclusion proof and a timestamp.
func (s *Sigstore) TilesEvidence() Evidence {
	e := s.Evidence()
	e.Tiles, e.Promise, e.Timestamp = true, false, true
	return e
}

// Attest returns the bundle of a signed in-toto statement.
func (s *Sigstore) Attest(tb testing.TB, statement []byte, e Evidence) *protobundle.Bundle {
	tb.Helper()
	const payloadType = "application/vnd.in-toto+json"
	key := newKey(tb, e.Curve)
	signed := dsse.PAE(payloadType, statement)
	sig := sign(tb, key, signed)
	bundle := s.bundle(tb, e, logged{
		certificate: s.certificate(tb, e, key.Public()), sig: sig, message: signed,
		envelope: &envelope{payload: statement, payloadType: payloadType},
	})
	bundle.Content = &protobundle.Bundle_DsseEnvelope{DsseEnvelope: &protodsse.Envelope{
		Payload: statement, PayloadType: payloadType, Signatures: []*protodsse.Signature{{Sig: sig}},
	}}
	return bundle
}

// SignBlob returns the bundle of one file, as cosign sign-blob makes it.
func (s *Sigstore) SignBlob(tb testing.TB, content []byte, e Evidence) *protobundle.Bundle {
	tb.Helper()
	key := newKey(tb, e.Curve)
	sig := sign(tb, key, content)
	digest := sha256.Sum256(content)
	bundle := s.bundle(tb, e, logged{certificate: s.certificate(tb, e, key.Public()), sig: sig, message: content})
	bundle.Content = &protobundle.Bundle_MessageSignature{MessageSignature: &protocommon.MessageSignature{
		MessageDigest: &protocommon.HashOutput{Algorithm: protocommon.HashAlgorithm_SHA2_256, Digest: digest[:]}, Signature: sig,
	}}
	return bundle
}

// bundle returns a bundle without its content.
func (s *Sigstore) bundle(tb testing.TB, e Evidence, l logged) *protobundle.Bundle {
	tb.Helper()
	material := &protobundle.VerificationMaterial{
		Content: &protobundle.VerificationMaterial_Certificate{
			Certificate: &protocommon.X509Certificate{RawBytes: l.certificate.Raw},
		},
		TlogEntries: []*protorekor.TransparencyLogEntry{s.entry(tb, e, l)},
	}
	if e.Timestamp {
		timestamp, err := s.timestamps.TimestampResponse(l.sig)
		require.NoError(tb, err)
		material.TimestampVerificationData = &protobundle.TimestampVerificationData{
			Rfc3161Timestamps: []*protocommon.RFC3161SignedTimestamp{{SignedTimestamp: timestamp}},
		}
	}
	return &protobundle.Bundle{MediaType: "application/vnd.dev.sigstore.bundle.v0.3+json", VerificationMaterial: material}
}

// WithChain writes the certificate as bundles of version 0.2 do, with those of the authorities.
func (s *Sigstore) WithChain(bundle *protobundle.Bundle) {
	chain := []*protocommon.X509Certificate{bundle.GetVerificationMaterial().GetCertificate()}
	for _, authority := range []*x509.Certificate{s.authority, s.rootCertificate} {
		chain = append(chain, &protocommon.X509Certificate{RawBytes: authority.Raw})
	}
	bundle.MediaType = "application/vnd.dev.sigstore.bundle+json;version=0.2"
	bundle.VerificationMaterial.Content = &protobundle.VerificationMaterial_X509CertificateChain{
		X509CertificateChain: &protocommon.X509CertificateChain{Certificates: chain},
	}
}

// Marshal returns a bundle in JSON.
func Marshal(tb testing.TB, bundle *protobundle.Bundle) []byte {
	tb.Helper()
	text, err := protojson.Marshal(bundle)
	require.NoError(tb, err)
	return text
}
