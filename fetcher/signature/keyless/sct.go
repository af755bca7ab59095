package keyless

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"

	ct "github.com/google/certificate-transparency-go"
	"github.com/google/certificate-transparency-go/tls"
	ctx509 "github.com/google/certificate-transparency-go/x509"
)

// verifySCT checks that a log of the trusted root has recorded the certificate that the chains begin with: the
// certificate has the log's signed certificate timestamp, which is of the certificate without it, and of its issuer.
// https://datatracker.ietf.org/doc/html/rfc6962#section-3.2
func (t *trustedRoot) verifySCT(chains [][]*x509.Certificate) error {
	leaf := chains[0][0]
	scts, err := parseSCTs(leaf)
	if err != nil {
		return fmt.Errorf("signed certificate timestamps: %w", err)
	}
	errs := []error{errors.New("the signing certificate is not in a certificate transparency log of the trusted root")}
	for _, sct := range scts {
		log, isKnown := t.certificateLogs[string(sct.LogID.KeyID[:])]
		if !isKnown || !log.isValid(ct.TimestampToTime(sct.Timestamp)) {
			continue
		}
		for _, chain := range chains {
			if len(chain) < 2 {
				continue
			}
			err := log.verifySCT(sct, leaf, chain[1])
			if err == nil {
				return nil
			}
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (l log) verifySCT(sct ct.SignedCertificateTimestamp, leaf, issuer *x509.Certificate) error {
	tbs, err := ctx509.RemoveSCTList(leaf.RawTBSCertificate)
	if err != nil {
		return err
	}
	verifier, err := ct.NewSignatureVerifier(l.key)
	if err != nil {
		return err
	}
	return verifier.VerifySCTSignature(sct, ct.LogEntry{Leaf: ct.MerkleTreeLeaf{
		Version: ct.V1, LeafType: ct.TimestampedEntryLeafType,
		TimestampedEntry: &ct.TimestampedEntry{
			EntryType: ct.PrecertLogEntryType, Timestamp: sct.Timestamp,
			PrecertEntry: &ct.PreCert{IssuerKeyHash: sha256.Sum256(issuer.RawSubjectPublicKeyInfo), TBSCertificate: tbs},
		},
	}})
}

// parseSCTs returns the signed certificate timestamps of a certificate, or nil.
// https://datatracker.ietf.org/doc/html/rfc6962#section-3.3
func parseSCTs(leaf *x509.Certificate) ([]ct.SignedCertificateTimestamp, error) {
	var scts []ct.SignedCertificateTimestamp
	for _, extension := range leaf.Extensions {
		if !extension.Id.Equal(asn1.ObjectIdentifier(ctx509.OIDExtensionCTSCT)) {
			continue
		}
		var text []byte
		if rest, err := asn1.Unmarshal(extension.Value, &text); err != nil || len(rest) > 0 {
			return nil, errors.Join(errors.New("must be one string of bytes"), err)
		}
		var list ctx509.SignedCertificateTimestampList
		if rest, err := tls.Unmarshal(text, &list); err != nil || len(rest) > 0 {
			return nil, errors.Join(errors.New("must be one list"), err)
		}
		for _, one := range list.SCTList {
			var sct ct.SignedCertificateTimestamp
			if rest, err := tls.Unmarshal(one.Val, &sct); err != nil || len(rest) > 0 {
				return nil, errors.Join(errors.New("must be one timestamp"), err)
			}
			scts = append(scts, sct)
		}
	}
	return scts, nil
}
