package keyless_test

import (
	"encoding/asn1"
	"testing"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	protocommon "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/signature/keyless/sigstoretest"
)

// Anybody with a certificate of their own, or with a published bundle of the signer, can put any timestamp into it. The
// first one would keep the library busy for longer than a pod lives.
func TestNew_timestampNotInDER(t *testing.T) {
	sigstore := sigstoretest.New(t)
	verifier := newVerifier(t, signer, sigstore.TrustedRoot(t))
	for _, tt := range []struct {
		name  string
		token []byte
		want  string
	}{
		{"parts longer than what they are in", overlapping(t, 1000), "is not in DER"},
		{"an indefinite length", []byte{0x30, 0x80, 0x05, 0x00, 0x00, 0x00}, "is not in DER"},
		{"deep", nested(t, 1000), "is nested too deep"},
	} {
		bundle := sigstore.Attest(t, statementOf(weights), sigstore.TilesEvidence())
		bundle.VerificationMaterial.TimestampVerificationData = timestampOf(t, tt.token)
		require.ErrorContains(t, verify(verifier, sigstoretest.Marshal(t, bundle), weights), tt.want, tt.name)
	}
	bundle := sigstore.Attest(t, statementOf(weights), sigstore.TilesEvidence())
	timestamp := bundle.VerificationMaterial.TimestampVerificationData.Rfc3161Timestamps[0]
	timestamp.SignedTimestamp = append(timestamp.SignedTimestamp, 5, 0)
	require.ErrorContains(t, verify(verifier, sigstoretest.Marshal(t, bundle), weights), "has data after it")
}

// timestampOf returns a granted response with this token.
func timestampOf(t *testing.T, token []byte) *protobundle.TimestampVerificationData {
	t.Helper()
	response, err := asn1.Marshal(struct {
		Status struct{ Status int }
		Token  asn1.RawValue
	}{Token: asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: token}})
	require.NoError(t, err)
	return &protobundle.TimestampVerificationData{
		Rfc3161Timestamps: []*protocommon.RFC3161SignedTimestamp{{SignedTimestamp: response}},
	}
}

// overlapping returns sequences with nothing but the header of one that has all bytes after it.
func overlapping(t *testing.T, n int) []byte {
	t.Helper()
	element := []byte{asn1.TagNull, 0}
	for range n {
		whole, err := asn1.Marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: element})
		require.NoError(t, err)
		element = append([]byte{0x30, byte(len(whole) - len(element))}, whole...)
	}
	return element
}

func nested(t *testing.T, depth int) []byte {
	t.Helper()
	element := []byte{asn1.TagNull, 0}
	for range depth {
		var err error
		element, err = asn1.Marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: element})
		require.NoError(t, err)
	}
	return element
}
