package signature_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/signature/signaturetest"
)

// No mutation of a bundle of the reference implementation is accepted. Fields that version 1.0.1 leaves null and 1.1.0
// leaves empty may be either.
func TestVerify_mutations(t *testing.T) {
	total := 0
	for _, model := range signedModels(t) {
		for name, changed := range signaturetest.Mutations(t, model.bundle) {
			if equivalent[name] {
				require.NoError(t, model.verify(changed, model.files), "%s: %s", model.name, name)
				continue
			}
			require.Error(t, model.verify(changed, model.files), "%s: %s", model.name, name)
			total++
		}
	}
	require.Greater(t, total, 300)
	t.Log(total, "mutations were refused")
}

// equivalent are the mutations that mean the same.
// https://github.com/ossf/model-signing-spec/blob/main/spec/v1.0.md#111-known-field-differences-across-versions-and-implementations
var equivalent = map[string]bool{
	"$.dsseEnvelope.signatures[0].keyid: removed":          true,
	"$.verificationMaterial.tlogEntries: removed":          true,
	"$.verificationMaterial.publicKey.keyDetails: value 6": true, // null
	"$.verificationMaterial.publicKey.keyDetails: removed": true,
}
