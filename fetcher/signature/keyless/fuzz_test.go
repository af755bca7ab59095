package keyless_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/signature/keyless/sigstoretest"
)

// Whatever a part of the evidence has, it is refused if sigstore-go refuses it, and does not end the program. The log
// has other bodies, too, as those of everybody. The keys are those of one process: an input says what to change, not in
// which document.
func FuzzNew_evidence(f *testing.F) {
	sigstore := sigstoretest.New(f)
	trusted := sigstore.TrustedRoot(f)
	for part := range uint8(6) {
		f.Add(part, false, uint16(0), uint16(0), []byte{})
		f.Add(part, true, uint16(9), uint16(4), []byte{0x30, 0x80})
		f.Add(part, true, uint16(0), uint16(1<<15), []byte("\n\n— a AAAAAAAAAAA=\n"))
	}
	f.Add(uint8(0), false, uint16(1), uint16(0), []byte(`"Kind":"rekord",`))
	f.Add(uint8(0), true, uint16(1), uint16(0), []byte(` `))
	f.Fuzz(func(t *testing.T, part uint8, tiles bool, start, length uint16, replacement []byte) {
		splice := func(text []byte) []byte {
			from := min(int(start), len(text))
			to := min(from+int(length), len(text))
			return bytes.Join([][]byte{text[:from], replacement, text[to:]}, nil)
		}
		e := sigstore.Evidence()
		if tiles {
			e = sigstore.TilesEvidence()
		}
		e.Timestamp = true
		if part%6 == 0 {
			e.Body = splice
		}
		bundle := sigstore.Attest(t, statementOf(weights), e)
		material := bundle.VerificationMaterial
		switch part % 6 {
		case 1:
			checkpoint := material.TlogEntries[0].InclusionProof.Checkpoint
			checkpoint.Envelope = string(bytes.ToValidUTF8(splice([]byte(checkpoint.Envelope)), nil))
		case 2:
			timestamp := material.TimestampVerificationData.Rfc3161Timestamps[0]
			timestamp.SignedTimestamp = splice(timestamp.SignedTimestamp)
		case 3:
			if promise := material.TlogEntries[0].InclusionPromise; promise != nil {
				promise.SignedEntryTimestamp = splice(promise.SignedEntryTimestamp)
			}
		case 4:
			certificate := material.GetCertificate()
			certificate.RawBytes = splice(certificate.RawBytes)
		case 5:
			signed := bundle.GetDsseEnvelope().Signatures[0]
			signed.Sig = splice(signed.Sig)
		}
		text := sigstoretest.Marshal(t, bundle)
		if verify(newVerifier(t, signer, trusted), text, weights) == nil {
			require.NoError(t, verifyWithSigstoreGo(t, signer, trusted, text, ""), string(text))
		}
	})
}
