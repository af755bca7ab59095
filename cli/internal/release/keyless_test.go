package release

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
	"github.com/modelferry/modelferry/cli/internal/sigstore"
	"github.com/modelferry/modelferry/fetcher/signature"
	"github.com/modelferry/modelferry/fetcher/signature/keyless"
	"github.com/modelferry/modelferry/fetcher/signature/keyless/sigstoretest"
)

// job is a job of CI whose identity the stacks trust.
type job struct {
	*sigstoretest.Sigstore
	url string
}

// newJob starts a Sigstore, and gives this process the variables of a job of GitHub Actions.
func newJob(t *testing.T, f *fixture, stacks ...string) job {
	t.Helper()
	j := job{Sigstore: sigstoretest.New(t)}
	j.url = j.Serve(t)
	t.Setenv("SIGSTORE_ID_TOKEN", "")
	for name, value := range j.GitHubJob() {
		t.Setenv(name, value)
	}
	for _, stack := range stacks {
		j.trust(t, f, stack, sigstoretest.Identity)
	}
	return j
}

// trust adds an identity and the trusted root to a stack's file.
func (j job) trust(t *testing.T, f *fixture, stack, identity string) {
	t.Helper()
	f.write(t, "Pulumi."+stack+".yaml", f.stackFile(t, stack)+"  modelferry:signatures:\n    identity: "+identity+
		"\n    issuer: "+sigstoretest.Issuer+"\n    trustedRoot: '"+string(j.TrustedRoot(t))+"'\n")
}

// signed returns the signature of the last release of a stack, after it was verified.
func (j job) signed(t *testing.T, f *fixture, stack, content string) string {
	t.Helper()
	list := f.records(t, stack)
	bundle := f.objects(t, stack)[list[len(list)-1].Artifacts["model"].Signature]
	parsed, err := signature.Parse([]byte(bundle))
	require.NoError(t, err)
	verifier, err := keyless.New(signature.Signer{
		Identity: sigstoretest.Identity, Issuer: sigstoretest.Issuer, TrustedRoot: string(j.TrustedRoot(t)),
	})
	require.NoError(t, err)
	manifest, err := verifier.Verify(parsed, time.Now())
	require.NoError(t, err)
	require.NoError(t, manifest.VerifyFile(signature.Digests{SHA256: digestOf(content)}))
	return bundle
}

func TestRelease_signKeyless(t *testing.T) {
	f := newFixture(t, "gke", "eks")
	j := newJob(t, f, "gke", "eks")
	r := f.request(t, "model 1", "gke", "eks")
	r.SignKeyless = true
	_, err := f.env.Release(t.Context(), r)
	require.NoError(t, err)
	first := j.signed(t, f, "gke", "model 1")
	require.Equal(t, first, j.signed(t, f, "eks", "model 1"), "one signature, one entry in the log")
	require.Contains(t, f.messages.String(), "signing model.joblib with the identity of this job, with an entry in "+j.url+"\n")

	// The same again has the signature that is there, and needs no identity.
	for name := range j.GitHubJob() {
		require.NoError(t, os.Unsetenv(name))
	}
	before := f.stackFile(t, "gke")
	_, err = f.env.Release(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, before, f.stackFile(t, "gke"))
	require.Len(t, f.records(t, "gke"), 1)

	// Another model has another one, here with the other way to an identity.
	t.Setenv("SIGSTORE_ID_TOKEN", j.Token(t, "sigstore", time.Now().Add(time.Hour)))
	r = f.request(t, "model 2", "gke")
	r.SignKeyless = true
	_, err = f.env.Release(t.Context(), r)
	require.NoError(t, err)
	require.NotEqual(t, first, j.signed(t, f, "gke", "model 2"))
	require.NotContains(t, f.messages.String(), os.Getenv("SIGSTORE_ID_TOKEN"))
}

// A signature that is lost, or that a stack does not trust any more, is replaced.
func TestRelease_signKeylessAgain(t *testing.T) {
	f := newFixture(t, "gke")
	first := newJob(t, f, "gke")
	r := f.request(t, "model 1", "gke")
	r.SignKeyless = true
	_, err := f.env.Release(t.Context(), r)
	require.NoError(t, err)
	f.delete(t, "gke", f.records(t, "gke")[0].Artifacts["model"].Signature)
	_, err = f.env.Release(t.Context(), r)
	require.NoError(t, err)
	first.signed(t, f, "gke", "model 1")

	withoutSigner, _, _ := strings.Cut(f.stackFile(t, "gke"), "  modelferry:signatures:")
	f.write(t, "Pulumi.gke.yaml", withoutSigner)
	second := newJob(t, f, "gke")
	_, err = f.env.Release(t.Context(), r)
	require.NoError(t, err)
	second.signed(t, f, "gke", "model 1")
	require.Len(t, f.records(t, "gke"), 3)
}

func TestRelease_signKeylessRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		prepare func(t *testing.T, f *fixture, r *Request)
		want    string
		code    int
	}{
		"no identity": {func(t *testing.T, f *fixture, _ *Request) {
			t.Helper()
			newJob(t, f, "gke")
			t.Setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "")
		}, "permission id-token: write, or set SIGSTORE_ID_TOKEN", exitcode.Invalid},
		"token for others": {func(t *testing.T, f *fixture, _ *Request) {
			t.Helper()
			j := newJob(t, f, "gke")
			t.Setenv("SIGSTORE_ID_TOKEN", j.Token(t, "sts.amazonaws.com", time.Now().Add(time.Hour)))
		}, `is for the audience "sts.amazonaws.com"`, exitcode.Invalid},
		"token that Fulcio refuses": {func(t *testing.T, f *fixture, _ *Request) {
			t.Helper()
			newJob(t, f, "gke")
			t.Setenv("SIGSTORE_ID_TOKEN", sigstoretest.New(t).Token(t, "sigstore", time.Now().Add(time.Hour)))
		}, "the answer was 401 Unauthorized", exitcode.Failed},
		"Rekor down": {func(t *testing.T, f *fixture, r *Request) {
			t.Helper()
			newJob(t, f, "gke")
			r.Sigstore.Rekor = "http://127.0.0.1:1"
		}, "no entry in the transparency log http://127.0.0.1:1: ", exitcode.Failed},
		"another identity": {func(t *testing.T, f *fixture, _ *Request) {
			t.Helper()
			newJob(t, f).trust(t, f, "gke", "https://github.com/example/other")
		}, `the signature is not that of the signer in Pulumi.gke.yaml: signed by "` + sigstoretest.Identity + `"`, exitcode.Invalid},
		"other services": {func(t *testing.T, f *fixture, r *Request) {
			t.Helper()
			newJob(t, f, "gke")
			other := newJob(t, f)
			r.Sigstore = sigstore.Services{Fulcio: other.url, Rekor: other.url}
		}, "the signature is not that of the signer in Pulumi.gke.yaml", exitcode.Invalid},
		"stack with a key": {func(t *testing.T, f *fixture, _ *Request) {
			t.Helper()
			newECSigner(t, f, "key.pem").trust(t, f, "gke")
		}, "--sign-keyless: Pulumi.gke.yaml trusts no identity for the artifact model", exitcode.Invalid},
		"stack without a signer": {func(*testing.T, *fixture, *Request) {},
			"set identity, issuer and trustedRoot in modelferry:signatures", exitcode.Invalid},
		"dry run": {func(t *testing.T, f *fixture, r *Request) {
			t.Helper()
			newJob(t, f, "gke")
			r.DryRun = true
		}, "--sign-keyless and --dry-run may not be used together", exitcode.Invalid},
		"a key as well": {func(_ *testing.T, _ *fixture, r *Request) { r.SignKey = "key.pem" }, "may not be used together", exitcode.Invalid},
		"services only": {func(_ *testing.T, _ *fixture, r *Request) {
			r.SignKeyless, r.Sigstore.Rekor = false, "https://rekor.example.com"
		}, "--fulcio-url and --rekor-url are for --sign-keyless", exitcode.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, "gke")
			r := f.request(t, "model 1", "gke")
			r.SignKeyless = true
			tt.prepare(t, f, &r)
			before := f.stackFile(t, "gke")
			_, err := f.env.Release(t.Context(), r)
			require.ErrorContains(t, err, tt.want)
			require.Equal(t, tt.code, exitcode.Of(t.Context(), err))
			require.Equal(t, before, f.stackFile(t, "gke"))
			require.Empty(t, f.objects(t, "gke"))
		})
	}
}
