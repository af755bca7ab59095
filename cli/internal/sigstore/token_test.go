package sigstore_test

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/sigstore"
	"github.com/modelferry/modelferry/fetcher/signature/keyless/sigstoretest"
)

// lookup returns a getenv of some variables.
func lookup(variables map[string]string) func(string) string {
	return func(name string) string { return variables[name] }
}

func tokenOf(text string) map[string]string { return map[string]string{"SIGSTORE_ID_TOKEN": text} }

func TestFindToken(t *testing.T) {
	server := sigstoretest.New(t)
	server.Serve(t)
	inAnHour := time.Now().Add(time.Hour)
	both := tokenOf("x")
	maps.Copy(both, server.GitHubJob())
	with := func(name, value string) map[string]string {
		variables := server.GitHubJob()
		variables[name] = value
		return variables
	}
	jwt := func(claims string) string {
		return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".x"
	}
	for _, tt := range []struct {
		name      string
		variables map[string]string
		want      string // error
	}{
		{"token", tokenOf(server.Token(t, "sigstore", inAnHour)), ""},
		{"token in a file with a line end", tokenOf(server.Token(t, "sigstore", inAnHour) + "\n"), ""},
		{"token with two audiences", tokenOf(jwt(`{"aud": ["x", "sigstore"], "exp": 99999999999}`)), ""},
		{"GitHub", server.GitHubJob(), ""},
		{"token before GitHub", both, "SIGSTORE_ID_TOKEN: invalid identity token: must be a JSON Web Token"},
		{"none", nil, "give the job of GitHub Actions the permission id-token: write, or set SIGSTORE_ID_TOKEN"},
		{"GitHub without permission", with("ACTIONS_ID_TOKEN_REQUEST_TOKEN", ""), "no identity to sign with"},
		{"GitHub with another secret", with("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "secret"),
			"GitHub's identity token: the answer was 401 Unauthorized: "},
		{"GitHub without TLS", with("ACTIONS_ID_TOKEN_REQUEST_URL", "http://example.com/token"), "must begin with https://"},
		{"GitHub that is down", with("ACTIONS_ID_TOKEN_REQUEST_URL", "http://127.0.0.1:1/token"), "connection refused"},
		{"other audience", tokenOf(server.Token(t, "sts.amazonaws.com", inAnHour)),
			`is for the audience "sts.amazonaws.com", must be for "sigstore"`},
		{"no audience", tokenOf(jwt(`{"exp": 99999999999}`)), `is for the audience "", must be for "sigstore"`},
		{"expired", tokenOf(server.Token(t, "sigstore", time.Unix(0, 0))), "has expired at 1970-01-01T00:00:00Z"},
		{"no JSON", tokenOf(jwt("x")), "with claims in JSON"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			token, err := sigstore.FindToken(t.Context(), lookup(tt.variables))
			if tt.want != "" {
				require.ErrorContains(t, err, tt.want)
				require.NotContains(t, err.Error(), "secret")
				return
			}
			require.NoError(t, err)
			require.NotZero(t, token)
		})
	}
}

// The answer of GitHub is checked as well.
func TestFindToken_answer(t *testing.T) {
	for _, text := range []string{"x", `{}`, `{"value": "x"}`} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }))
		t.Cleanup(server.Close)
		_, err := sigstore.FindToken(t.Context(), lookup(map[string]string{
			"ACTIONS_ID_TOKEN_REQUEST_URL": server.URL, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "x",
		}))
		require.ErrorContains(t, err, "GitHub's identity token: ", text)
	}
}

func TestToken_isNotPrinted(t *testing.T) {
	server := sigstoretest.New(t)
	text := server.Token(t, "sigstore", time.Now().Add(time.Hour))
	token, err := sigstore.FindToken(t.Context(), lookup(tokenOf(text)))
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprintf("%v %+v %#v %s %q", token, token, token, token, token), text[:20])
}
