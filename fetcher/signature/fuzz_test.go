package signature_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/signature"
)

// Whatever is parsed, nothing but the signer's bundle is accepted, and no input ends the program.
func FuzzParse(f *testing.F) {
	model := newModel(f)
	f.Add(model.bundle)
	f.Add([]byte(`{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}`))
	seeds, _ := filepath.Glob(filepath.Join(os.Getenv("MODELFERRY_OMS"), "vectors", "*", "*.json")) // none without the data
	for _, name := range seeds {
		content, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(content)
	}
	original, err := signature.Parse(model.bundle)
	require.NoError(f, err)
	want, err := model.verifier.Verify(original, at)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, text []byte) {
		bundle, err := signature.Parse(text)
		if err != nil {
			return
		}
		got, err := model.verifier.Verify(bundle, at)
		if err == nil {
			require.Equal(t, want, got, "another statement was accepted")
		}
	})
}
