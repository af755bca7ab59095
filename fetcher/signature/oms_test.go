package signature_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/signature"
)

// at is a time at which the certificates of the signed models are valid.
var at = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)

// oms returns the path of a file of the signed models and vectors: the folder that MODELFERRY_OMS names has the
// specification's test vectors in vectors, and models of the reference implementation in signed and keys.
func oms(tb testing.TB, parts ...string) string {
	tb.Helper()
	folder := os.Getenv("MODELFERRY_OMS")
	if _, err := os.Stat(folder); folder == "" || err != nil {
		tb.Skip("set MODELFERRY_OMS to a folder with vectors/ (test-vectors/v1.0 of https://github.com/ossf/model-signing-spec), " +
			"and signed/ and keys/ (scripts/tests and scripts/tests/keys/certificate of https://github.com/sigstore/model-transparency)")
	}
	return filepath.Join(append([]string{folder}, parts...)...)
}

func omsFile(tb testing.TB, parts ...string) []byte {
	tb.Helper()
	content, err := os.ReadFile(oms(tb, parts...))
	require.NoError(tb, err)
	return content
}

// signedModel is a model of the reference implementation.
type signedModel struct {
	name     string
	bundle   []byte
	verifier *signature.Verifier
	files    map[string][]byte
}

// signedModels returns all of them. version 1.0.1 does not record its --ignore-paths.
func signedModels(tb testing.TB) []signedModel {
	tb.Helper()
	folders, err := os.ReadDir(oms(tb, "signed"))
	require.NoError(tb, err)
	var models []signedModel
	for _, folder := range folders {
		model := signedModel{name: folder.Name(), bundle: omsFile(tb, "signed", folder.Name(), "model.sig"), files: map[string][]byte{}}
		if strings.HasSuffix(folder.Name(), "-certificate") {
			model.verifier, err = signature.ByCertificate(omsFile(tb, "keys", "ca-cert.pem"))
		} else {
			// The key has GnuTLS' description before it.
			_, key, _ := bytes.Cut(omsFile(tb, "keys", "signing-key-pub.pem"), []byte("-----BEGIN"))
			model.verifier, err = signature.ByKey(append([]byte("-----BEGIN"), key...))
		}
		require.NoError(tb, err)
		files, err := os.ReadDir(oms(tb, "signed", folder.Name()))
		require.NoError(tb, err)
		for _, file := range files {
			model.files[file.Name()] = omsFile(tb, "signed", folder.Name(), file.Name())
		}
		models = append(models, model)
	}
	require.Len(tb, models, 4)
	return models
}

// verify runs the whole verification.
func (m signedModel) verify(bundle []byte, files map[string][]byte) error {
	parsed, err := signature.Parse(bundle)
	if err != nil {
		return err
	}
	manifest, err := m.verifier.Verify(parsed, at)
	if err != nil {
		return err
	}
	_, err = manifest.VerifyFiles(hashed(files), "model.sig", "ignore-me")
	return err
}

// hashed returns files with their digests.
func hashed(files map[string][]byte) []signature.File {
	var list []signature.File
	for name, content := range files {
		digest := sha256.Sum256(content)
		list = append(list, signature.File{
			Path: name, Digests: signature.Digests{Bytes: int64(len(content)), SHA256: hex.EncodeToString(digest[:])},
		})
	}
	return list
}

// with returns a copy of the files with one changed.
func with(files map[string][]byte, name string, content []byte) map[string][]byte {
	changed := map[string][]byte{name: content}
	for other, old := range files {
		if other != name {
			changed[other] = old
		}
	}
	return changed
}

func TestVerify_modelsOfReferenceImplementation(t *testing.T) {
	for _, model := range signedModels(t) {
		t.Run(model.name, func(t *testing.T) {
			require.NoError(t, model.verify(model.bundle, model.files))
			require.NoError(t, model.verify(model.bundle, with(model.files, "ignore-me", []byte("another"))))
			require.ErrorContains(t, model.verify(model.bundle, with(model.files, "other", []byte("x"))), `"other" is not signed`)
			missing := with(model.files, "signme-1", nil)
			delete(missing, "signme-1")
			require.ErrorContains(t, model.verify(model.bundle, missing), `"signme-1" was signed and is missing`)
		})
	}
}

// One changed byte anywhere in a signed file, or one more or less, is noticed.
func TestVerify_changedFile(t *testing.T) {
	for _, model := range signedModels(t) {
		for _, name := range []string{"signme-1", "signme-2"} {
			content := model.files[name]
			require.NotEmpty(t, content)
			for i := range content {
				changed := append([]byte(nil), content...)
				changed[i] ^= 1
				require.ErrorContains(t, model.verify(model.bundle, with(model.files, name, changed)), "has other content than was signed",
					"%s: byte %d of %s", model.name, i, name)
			}
			require.Error(t, model.verify(model.bundle, with(model.files, name, content[:len(content)-1])))
			require.Error(t, model.verify(model.bundle, with(model.files, name, append(content[:len(content):len(content)], 0))))
		}
	}
}

// One changed byte anywhere in the bundle is noticed, unless it is white space between values.
func TestVerify_changedBundle(t *testing.T) {
	for _, model := range signedModels(t) {
		t.Run(model.name, func(t *testing.T) {
			t.Parallel()
			for i, b := range model.bundle {
				if b == ' ' || b == '\n' {
					continue
				}
				changed := append([]byte(nil), model.bundle...)
				changed[i] ^= []byte{1, 2, 0x10, 0x20}[i%4]
				require.Error(t, model.verify(changed, model.files), "byte %d, %q became %q", i, b, changed[i])
			}
		})
	}
}

// The valid vectors have no models, but their signatures are those of the reference implementation's keys.
func TestVerify_validVectors(t *testing.T) {
	verifiers := map[string]*signature.Verifier{}
	for _, model := range signedModels(t) {
		verifiers[model.verifier.Level()] = model.verifier
	}
	for _, level := range []string{signature.LevelKey, signature.LevelCertificate} {
		bundle, err := signature.Parse(omsFile(t, "vectors", "valid", level+".bundle.json"))
		require.NoError(t, err)
		manifest, err := verifiers[level].Verify(bundle, at)
		require.NoError(t, err)
		require.Equal(t, "model", manifest.Name)
		for other, verifier := range verifiers {
			if other != level {
				_, err := verifier.Verify(bundle, at)
				require.ErrorContains(t, err, "a signature with a "+other+" is required")
			}
		}
	}
}

func TestParse_invalidVectors(t *testing.T) {
	for name, want := range map[string]string{
		"empty":                         "EOF",
		"missing-envelope":              "has no dsseEnvelope",
		"missing-tlog-entries":          "but no tlogEntries",
		"missing-verification-material": "has no verificationMaterial",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := signature.Parse(omsFile(t, "vectors", "invalid", name+".bundle.json"))
			require.ErrorContains(t, err, want)
		})
	}
	files, err := os.ReadDir(oms(t, "vectors", "invalid"))
	require.NoError(t, err)
	require.Len(t, files, 4, "each vector has a case")
}
