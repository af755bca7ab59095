package release

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
	"github.com/modelferry/modelferry/fetcher/signature"
)

// signer is a private key in a file of the project, and its public key in PEM.
type signer struct{ file, public string }

func newSigner(t *testing.T, f *fixture, name string, key crypto.Signer) signer {
	t.Helper()
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(t, err)
	return signer{
		f.write(t, name, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))),
		string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})),
	}
}

func newECSigner(t *testing.T, f *fixture, name string) signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	return newSigner(t, f, name, key)
}

// trust adds the signer to a stack's file.
func (s signer) trust(t *testing.T, f *fixture, stack string) {
	t.Helper()
	indented := strings.ReplaceAll(strings.TrimSpace(s.public), "\n", "\n      ")
	f.write(t, "Pulumi."+stack+".yaml", f.stackFile(t, stack)+"  modelferry:signatures:\n    key: |\n      "+indented+"\n")
}

// verify returns the error of verifying an uploaded model with the signature that the stack's file names.
func (s signer) verify(t *testing.T, f *fixture, stack, content string) error {
	t.Helper()
	list := f.records(t, stack)
	bundle, err := signature.Parse([]byte(f.objects(t, stack)[list[len(list)-1].Artifacts["model"].Signature]))
	require.NoError(t, err)
	verifier, err := signature.ByKey([]byte(s.public))
	require.NoError(t, err)
	manifest, err := verifier.Verify(bundle, time.Now())
	require.NoError(t, err)
	return manifest.VerifyFile(signature.Digests{SHA256: digestOf(content)})
}

func TestRelease_sign(t *testing.T) {
	f := newFixture(t, "gke", "eks")
	s := newECSigner(t, f, "key.pem")
	for _, stack := range []string{"gke", "eks"} {
		s.trust(t, f, stack)
	}
	r := f.request(t, "model 1", "gke", "eks")
	r.SignKey = s.file
	_, err := f.env.Release(t.Context(), r)
	require.NoError(t, err)
	for _, stack := range []string{"gke", "eks"} {
		require.NoError(t, s.verify(t, f, stack, "model 1"))
		require.Error(t, s.verify(t, f, stack, "model 2"))
		sig := f.records(t, stack)[0].Artifacts["model"].Signature
		require.Equal(t, path.Dir(keyOf("model 1")), path.Dir(sig), "beside the model")
		require.Contains(t, f.stackFile(t, stack), "signature:\n            path: "+sig+"\n")
	}

	// Signing again changes nothing.
	before := f.stackFile(t, "gke")
	_, err = f.env.Release(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, before, f.stackFile(t, "gke"))
	require.Len(t, f.records(t, "gke"), 1)

	// Another model, and back.
	r = f.request(t, "model 2", "gke")
	r.SignKey = s.file
	_, err = f.env.Release(t.Context(), r)
	require.NoError(t, err)
	require.NoError(t, s.verify(t, f, "gke", "model 2"))
	_, err = f.env.Rollback(t.Context(), RollbackRequest{Service: "bankchurn", Stacks: []string{"gke"}})
	require.NoError(t, err)
	require.Contains(t, f.stackFile(t, "gke"), f.records(t, "gke")[0].Artifacts["model"].Signature)
	require.NoError(t, s.verify(t, f, "gke", "model 1"))
}

func TestRelease_signatureOfAnotherTool(t *testing.T) {
	f := newFixture(t, "gke")
	_, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	newSigner(t, f, "key.pem", key).trust(t, f, "gke")
	bundle, err := signature.Sign("x", []signature.File{{Path: "x", Digests: signature.Digests{SHA256: digestOf("model 1")}}}, key)
	require.NoError(t, err)
	r := f.request(t, "model 1", "gke")
	r.Signature = f.write(t, "model.sig", string(bundle))
	_, err = f.env.Release(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, string(bundle), f.objects(t, "gke")[f.records(t, "gke")[0].Artifacts["model"].Signature])
}

// The pods compare the files of an archive with the signature, also if it has one file.
func TestRelease_signatureOfFolder(t *testing.T) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	bundle, err := signature.Sign("model", []signature.File{
		{Path: "weights.bin", Digests: signature.Digests{SHA256: digestOf("weights")}},
	}, key)
	require.NoError(t, err)
	f := newFixture(t, "gke")
	newSigner(t, f, "key.pem", key).trust(t, f, "gke")
	f.write(t, "model/weights.bin", "weights")
	r := f.request(t, "model 1", "gke")
	r.Signature = f.write(t, "model.sig", string(bundle))
	_, err = f.env.Release(t.Context(), r)
	require.ErrorContains(t, err, `"weights.bin" has other content than was signed`, "a file is not a folder with a file")
	r.Inputs[0].Source = filepath.Join(f.root, "model")
	_, err = f.env.Release(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, string(bundle), f.objects(t, "gke")[f.records(t, "gke")[0].Artifacts["model"].Signature])
}

// Nothing is uploaded with a signature that the pods would refuse.
func TestRelease_signRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		prepare func(t *testing.T, f *fixture, r *Request)
		want    string
	}{
		"another key": {func(t *testing.T, f *fixture, r *Request) {
			t.Helper()
			newECSigner(t, f, "trusted.pem").trust(t, f, "gke")
			r.SignKey = newECSigner(t, f, "key.pem").file
		}, "artifact model: the signature is not that of the signer in Pulumi.gke.yaml: signed with another key"},
		"no signer in the stack": {func(t *testing.T, f *fixture, r *Request) {
			t.Helper()
			r.SignKey = newECSigner(t, f, "key.pem").file
		}, "signature.key: Required value: must be the signer's public key"},
		"other content": {func(t *testing.T, f *fixture, r *Request) {
			t.Helper()
			_, key, err := ed25519.GenerateKey(rand.Reader)
			require.NoError(t, err)
			newSigner(t, f, "key.pem", key).trust(t, f, "gke")
			bundle, err := signature.Sign("x", []signature.File{{Path: "x", Digests: signature.Digests{SHA256: digestOf("other")}}}, key)
			require.NoError(t, err)
			r.Signature = f.write(t, "model.sig", string(bundle))
		}, `"x" has other content than was signed: nothing was uploaded`},
		"no private key": {func(t *testing.T, f *fixture, r *Request) {
			t.Helper()
			r.SignKey = f.write(t, "key.pem", "x")
		}, "must be a private key in PEM"},
		"a public key": {func(t *testing.T, f *fixture, r *Request) {
			t.Helper()
			r.SignKey = f.write(t, "key.pem", newECSigner(t, f, "other.pem").public)
		}, "is a PUBLIC KEY, must be a PRIVATE KEY"},
		"two ways": {func(t *testing.T, f *fixture, r *Request) {
			t.Helper()
			r.SignKey, r.Signature = "a", "b"
		}, "may not be used together"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, "gke")
			r := f.request(t, "model 1", "gke")
			tt.prepare(t, f, &r)
			before := f.stackFile(t, "gke")
			_, err := f.env.Release(t.Context(), r)
			require.ErrorContains(t, err, tt.want)
			require.Equal(t, exitcode.Invalid, exitcode.Of(t.Context(), err))
			require.Equal(t, before, f.stackFile(t, "gke"))
			require.Empty(t, f.objects(t, "gke"))
		})
	}
}

// A signature is not lost by a release without one.
func TestRelease_unsignedAfterSigned(t *testing.T) {
	f := newFixture(t, "gke")
	s := newECSigner(t, f, "key.pem")
	f.release(t, "model 1", "gke")
	s.trust(t, f, "gke")
	r := f.request(t, "model 2", "gke")
	r.SignKey = s.file
	_, err := f.env.Release(t.Context(), r)
	require.NoError(t, err)
	const want = "artifact model has a signature in Pulumi.gke.yaml, and its new version has none"
	_, err = f.env.Release(t.Context(), f.request(t, "model 3", "gke"))
	require.ErrorContains(t, err, want)
	_, err = f.env.Rollback(t.Context(), RollbackRequest{Service: "bankchurn", Stacks: []string{"gke"}})
	require.ErrorContains(t, err, want)
}

func TestPromote_signature(t *testing.T) {
	f := newFixture(t, "gke", "eks")
	s := newECSigner(t, f, "key.pem")
	s.trust(t, f, "gke")
	s.trust(t, f, "eks")
	r := f.request(t, "model 1", "gke")
	r.SignKey = s.file
	_, err := f.env.Release(t.Context(), r)
	require.NoError(t, err)
	_, err = f.env.Promote(t.Context(), PromoteRequest{Service: "bankchurn", From: "gke", To: "eks"})
	require.NoError(t, err)
	require.NoError(t, s.verify(t, f, "eks", "model 1"))
}
