package sigstore_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/sigstore"
	"github.com/modelferry/modelferry/fetcher/signature"
	"github.com/modelferry/modelferry/fetcher/signature/keyless"
	"github.com/modelferry/modelferry/fetcher/signature/keyless/sigstoretest"
	"github.com/modelferry/modelferry/fetcher/signature/signaturetest"
)

func digestsOf(content string) signature.Digests {
	sum := sha256.Sum256([]byte(content))
	return signature.Digests{SHA256: hex.EncodeToString(sum[:])}
}

func newStatement(t *testing.T, content string) []byte {
	t.Helper()
	statement, err := signature.MarshalStatement("model", []signature.File{{Path: "model", Digests: digestsOf(content)}})
	require.NoError(t, err)
	return statement
}

// newJob returns a Sigstore, the URL of its services and the token of a job.
func newJob(t *testing.T) (server *sigstoretest.Sigstore, url string, token sigstore.Token) {
	t.Helper()
	server = sigstoretest.New(t)
	url = server.Serve(t)
	token, err := sigstore.FindToken(t.Context(), lookup(server.GitHubJob()))
	require.NoError(t, err)
	return server, url, token
}

func verify(verifier *signature.Verifier, bundle []byte, content string) error {
	parsed, err := signature.Parse(bundle)
	if err != nil {
		return err
	}
	manifest, err := verifier.Verify(parsed, time.Now())
	if err != nil {
		return err
	}
	return manifest.VerifyFile(digestsOf(content))
}

func TestSign(t *testing.T) {
	server, _, token := newJob(t)
	services, err := sigstore.Services{}.Complete(server.TrustedRoot(t), time.Now())
	require.NoError(t, err)
	bundle, err := sigstore.Sign(t.Context(), token, services, newStatement(t, "weights"))
	require.NoError(t, err)
	verifier := newVerifier(t, sigstoretest.Identity, server)
	require.NoError(t, verify(verifier, bundle, "weights"))
	require.ErrorContains(t, verify(verifier, bundle, "other"), "has other content than was signed")
	mutations := signaturetest.Mutations(t, bundle)
	require.Greater(t, len(mutations), 100)
	for where, changed := range mutations {
		require.Error(t, verify(verifier, changed, "weights"), where)
	}
	another := newVerifier(t, "eve@example.com", server)
	require.ErrorContains(t, verify(another, bundle, "weights"), `signed by "`+sigstoretest.Identity+`"`)
	others := newVerifier(t, sigstoretest.Identity, sigstoretest.New(t))
	require.Error(t, verify(others, bundle, "weights"))
}

// No error has the token, also if a service repeats it in its answer.
func TestSign_services(t *testing.T) {
	_, url, token := newJob(t)
	foreign := sigstoretest.New(t).Token(t, "sigstore", time.Now().Add(time.Hour))
	foreignToken, err := sigstore.FindToken(t.Context(), lookup(tokenOf(foreign)))
	require.NoError(t, err)
	down := httptest.NewServer(http.NotFoundHandler())
	down.Close()
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(w, "no capacity", r.Header.Get("Authorization"))
	}))
	t.Cleanup(broken.Close)
	elsewhere := httptest.NewServer(http.RedirectHandler(url, http.StatusTemporaryRedirect))
	t.Cleanup(elsewhere.Close)
	empty := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintln(w, "{}")
	}))
	t.Cleanup(empty.Close)
	for _, tt := range []struct {
		name          string
		token         sigstore.Token
		fulcio, rekor string
		want          string
	}{
		{"token of another issuer", foreignToken, url, url, "no certificate from Fulcio: Post \"" + url + "/api/v2/signingCert\": " +
			"the answer was 401 Unauthorized: {\"code\":401,\"message\":\"There was an error processing the identity token [identity token]\"}"},
		{"Fulcio down", token, down.URL, url, "connection refused"},
		{"Fulcio broken", token, broken.URL, url, "the answer was 503 Service Unavailable: no capacity Bearer [identity token]"},
		{"Fulcio elsewhere", token, elsewhere.URL, url, "the answer was 307 Temporary Redirect"},
		{"Fulcio without an answer", token, empty.URL, url, "Fulcio returned no certificates"},
		{"Rekor down", token, url, down.URL, "no entry in the transparency log " + down.URL + ": "},
		{"Rekor broken", token, url, broken.URL, "status 503: no capacity"},
		{"Rekor without an answer", token, url, empty.URL, "no entry in the transparency log " + empty.URL + ": "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			services := sigstore.Services{Fulcio: tt.fulcio, Rekor: tt.rekor}
			_, err := sigstore.Sign(t.Context(), tt.token, services, newStatement(t, "weights"))
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), foreign[:20], "the beginning of every token of this issuer")
		})
	}
}

func TestSign_cancelled(t *testing.T) {
	_, url, token := newJob(t)
	ctx, cancel := context.WithCancel(t.Context())
	fulcio := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the server notices the end of a connection only afterwards
		cancel()
		<-r.Context().Done()
	}))
	t.Cleanup(fulcio.Close)
	_, err := sigstore.Sign(ctx, token, sigstore.Services{Fulcio: fulcio.URL, Rekor: url}, newStatement(t, "weights"))
	require.ErrorIs(t, err, context.Canceled)
}

// newVerifier returns the verifier of the signatures of an identity, with the trusted root of a Sigstore.
func newVerifier(t *testing.T, identity string, by *sigstoretest.Sigstore) *signature.Verifier {
	t.Helper()
	verifier, err := keyless.New(signature.Signer{
		Identity: identity, Issuer: sigstoretest.Issuer, TrustedRoot: string(by.TrustedRoot(t)),
	})
	require.NoError(t, err)
	return verifier
}
