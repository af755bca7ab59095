package sigstoretest

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"net/url"
	"strings"
	"testing"
	"time"

	ct "github.com/google/certificate-transparency-go"
	"github.com/google/certificate-transparency-go/tls"
	ctx509 "github.com/google/certificate-transparency-go/x509"
	"github.com/stretchr/testify/require"
)

// The extensions of a certificate of Sigstore: the issuer of the identity, and the proof of a log of certificates.
// https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
var (
	issuerOID = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, 1}
	sctOID    = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}
)

// certificate issues a certificate that is valid for ten minutes from a time on. The proof of the log of certificates
// is in it as Fulcio does it: it is of the certificate without the proof.
func (s *Sigstore) certificate(tb testing.TB, e Evidence, key crypto.PublicKey) *x509.Certificate {
	tb.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: e.Issued, NotAfter: e.Issued.Add(10 * time.Minute),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
		ExtraExtensions: []pkix.Extension{{Id: issuerOID, Value: []byte(e.Issuer)}},
	}
	if strings.Contains(e.Identity, "@") && !strings.Contains(e.Identity, "://") {
		template.EmailAddresses = []string{e.Identity}
	} else {
		workflow, err := url.Parse(e.Identity)
		require.NoError(tb, err)
		template.URIs = []*url.URL{workflow}
	}
	if e.Certificate != nil {
		e.Certificate(template)
	}
	issue := func() *x509.Certificate {
		der, err := x509.CreateCertificate(rand.Reader, template, s.authority, key, s.authorityKey)
		require.NoError(tb, err)
		parsed, err := x509.ParseCertificate(der)
		require.NoError(tb, err)
		return parsed
	}
	issued := issue()
	if e.CTLog == nil {
		return issued
	}
	template.ExtraExtensions = append(template.ExtraExtensions, s.certificateTimestamps(tb, e, issued))
	return issue()
}

// certificateTimestamps returns the extension with the log's signature of a certificate.
func (s *Sigstore) certificateTimestamps(tb testing.TB, e Evidence, issued *x509.Certificate) pkix.Extension {
	tb.Helper()
	logged := ct.SignedCertificateTimestamp{SCTVersion: ct.V1, Timestamp: uint64(e.Issued.UnixMilli())}
	copy(logged.LogID.KeyID[:], keyID(tb, e.CTLog.ctLogKey))
	tbs := issued.RawTBSCertificate
	if e.OtherCertificate {
		tbs = append(tbs[:len(tbs)-1:len(tbs)-1], tbs[len(tbs)-1]^1)
	}
	signed, err := ct.SerializeSCTSignatureInput(logged, ct.LogEntry{Leaf: ct.MerkleTreeLeaf{
		Version: ct.V1, LeafType: ct.TimestampedEntryLeafType,
		TimestampedEntry: &ct.TimestampedEntry{
			EntryType: ct.PrecertLogEntryType, Timestamp: logged.Timestamp,
			PrecertEntry: &ct.PreCert{IssuerKeyHash: sha256.Sum256(s.authority.RawSubjectPublicKeyInfo), TBSCertificate: tbs},
		},
	}})
	require.NoError(tb, err)
	logged.Signature = ct.DigitallySigned{
		Algorithm: tls.SignatureAndHashAlgorithm{Hash: tls.SHA256, Signature: tls.ECDSA}, Signature: sign(tb, e.CTLog.ctLogKey, signed),
	}
	one, err := tls.Marshal(logged)
	require.NoError(tb, err)
	list, err := tls.Marshal(ctx509.SignedCertificateTimestampList{SCTList: []ctx509.SerializedSCT{{Val: one}}})
	require.NoError(tb, err)
	value, err := asn1.Marshal(list)
	require.NoError(tb, err)
	return pkix.Extension{Id: sctOID, Value: value}
}
