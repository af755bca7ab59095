package keyless

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	protorekor "github.com/sigstore/protobuf-specs/gen/pb-go/rekor/v1"
	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
)

// checkUnsigned refuses what sigstore-go accepts although nobody has signed it: a bundle that differs in any value
// from the one that was made is not valid.
func checkUnsigned(text []byte, entity *bundle.Bundle, trusted *root.TrustedRoot) error {
	material := entity.GetVerificationMaterial()
	if err := checkEntry(material.GetTlogEntries()[0]); err != nil {
		return fmt.Errorf("transparency log entry: %w", err)
	}
	if _, errs, err := verify.VerifySignedTimestamp(entity, trusted); err != nil || len(errs) > 0 {
		return fmt.Errorf("timestamp: %w", errors.Join(append(errs, err)...))
	}
	certificates := material.GetX509CertificateChain().GetCertificates()
	for i, one := range certificates {
		if i > 0 && !isAuthority(one.GetRawBytes(), trusted) {
			return errors.New("has a certificate in its x509CertificateChain that is not of the trusted root")
		}
	}
	return checkSpelling(text, entity)
}

// checkEntry compares the parts of a log entry with those that the log has signed.
func checkEntry(entry *protorekor.TransparencyLogEntry) error {
	var body struct{ Kind, APIVersion string }
	if err := json.Unmarshal(entry.GetCanonicalizedBody(), &body); err != nil {
		return fmt.Errorf("canonicalizedBody: %w", err)
	}
	inclusion, version := entry.GetInclusionProof(), entry.GetKindVersion()
	isPromised := len(entry.GetInclusionPromise().GetSignedEntryTimestamp()) > 0
	switch {
	case version.GetKind() != body.Kind || version.GetVersion() != body.APIVersion:
		return fmt.Errorf("has the kindVersion %s %s, and is a %s %s", version.GetKind(), version.GetVersion(), body.Kind, body.APIVersion)
	case !isPromised && entry.GetIntegratedTime() != 0:
		return errors.New("has an integratedTime without a signedEntryTimestamp, which would sign it")
	case !isPromised && entry.GetLogIndex() != inclusion.GetLogIndex():
		return errors.New("has another logIndex than its inclusionProof")
	case inclusion == nil: // the signed entry timestamp is of the whole entry
		return nil
	}
	signed, err := parseCheckpoint(inclusion.GetCheckpoint().GetEnvelope())
	switch {
	case err != nil:
		return fmt.Errorf("checkpoint: %w", err)
	case inclusion.GetTreeSize() < 0 || inclusion.GetLogIndex() < 0 || uint64(inclusion.GetTreeSize()) != signed.Size:
		return errors.New("has another treeSize than its checkpoint")
	case !bytes.Equal(inclusion.GetRootHash(), signed.Hash):
		return errors.New("has another rootHash than its checkpoint")
	}
	leaf := rfc6962.DefaultHasher.HashLeaf(entry.GetCanonicalizedBody())
	return proof.VerifyInclusion(
		rfc6962.DefaultHasher,
		uint64(inclusion.GetLogIndex()),
		signed.Size,
		leaf,
		inclusion.GetHashes(),
		signed.Hash,
	)
}

func isAuthority(der []byte, trusted *root.TrustedRoot) bool {
	isSame := func(certificate *x509.Certificate) bool {
		return certificate != nil && bytes.Equal(certificate.Raw, der)
	}
	return slices.ContainsFunc(trusted.FulcioCertificateAuthorities(), func(one root.CertificateAuthority) bool {
		authority, ok := one.(*root.FulcioCertificateAuthority)
		return ok && (isSame(authority.Root) || slices.ContainsFunc(authority.Intermediates, isSame))
	})
}

// checkSpelling refuses values that are written in another way than protobuf's JSON writes them, such as base64 with
// set bits after the last byte: each value has one form.
func checkSpelling(text []byte, entity *bundle.Bundle) error {
	canonical, err := entity.MarshalJSON()
	if err != nil {
		return err
	}
	var got, want any
	if err := errors.Join(unmarshalNumbers(text, &got), unmarshalNumbers(canonical, &want)); err != nil {
		return err
	}
	if !reflect.DeepEqual(normalize(got), normalize(want)) {
		return errors.New("has a value that is not written as protobuf's JSON writes it")
	}
	return nil
}

func unmarshalNumbers(text []byte, target *any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return decoder.Decode(target)
}

// normalize removes what writers may leave out, which is what has the value of an absent field, and writes integers as
// strings.
func normalize(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, child := range value {
			if value[name] = normalize(child); value[name] == nil {
				delete(value, name)
			}
		}
		if len(value) == 0 {
			return nil
		}
	case []any:
		for i := range value {
			value[i] = normalize(value[i])
		}
		if len(value) == 0 {
			return nil
		}
	case json.Number:
		if n, err := strconv.ParseInt(value.String(), 10, 64); err == nil && n == 0 {
			return nil
		}
		return value.String()
	case string:
		if value == "" || value == "0" {
			return nil
		}
	}
	return value
}
