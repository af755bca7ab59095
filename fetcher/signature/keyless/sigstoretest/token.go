package sigstoretest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	tokenPath = "/github/token"
	// requestToken is the secret with which a job of GitHub Actions asks for its identity token.
	requestToken = "token-of-the-job"
	workflowURL  = "https://github.com/"
)

// claims are those of an identity token of GitHub Actions that Fulcio uses.
// https://github.com/sigstore/fulcio/blob/main/docs/oidc.md
type claims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Audience string `json:"aud"`
	Expires  int64  `json:"exp"`
	Workflow string `json:"job_workflow_ref"`
}

// Token returns the identity token of a job whose identity is that of Evidence.
func (s *Sigstore) Token(tb testing.TB, audience string, expires time.Time) string {
	tb.Helper()
	token, err := s.newToken(audience, expires)
	require.NoError(tb, err)
	return token
}

// GitHubJob returns the variables with which a job of GitHub Actions asks for its identity token, after Serve.
func (s *Sigstore) GitHubJob() map[string]string {
	return map[string]string{
		"ACTIONS_ID_TOKEN_REQUEST_URL": s.url + tokenPath + "?api-version=2.0", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": requestToken,
	}
}

func (s *Sigstore) newToken(audience string, expires time.Time) (string, error) {
	payload, err := json.Marshal(claims{
		Issuer: Issuer, Subject: "repo:example/models:ref:refs/heads/main", Audience: audience, Expires: expires.Unix(),
		Workflow: strings.TrimPrefix(Identity, workflowURL),
	})
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(payload)
	return signed + "." + encode(s.tokenSignature(signed)), err
}

func (s *Sigstore) tokenSignature(signed string) []byte {
	mac := hmac.New(sha256.New, s.tokenKey)
	mac.Write([]byte(signed))
	return mac.Sum(nil)
}

// parseToken returns the claims of a token for Sigstore that the issuer has signed.
func (s *Sigstore) parseToken(token string) (claims, bool) {
	var c claims
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return c, false
	}
	sig, sigErr := base64.RawURLEncoding.DecodeString(parts[2])
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	isSigned := sigErr == nil && hmac.Equal(sig, s.tokenSignature(parts[0]+"."+parts[1]))
	isRead := err == nil && json.Unmarshal(payload, &c) == nil
	return c, isSigned && isRead && c.Audience == "sigstore" && time.Now().Unix() < c.Expires
}

// serveToken is GitHub's endpoint for identity tokens.
func (s *Sigstore) serveToken(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+requestToken {
		refuse(w, http.StatusUnauthorized, "the job has no permission for "+r.Header.Get("Authorization"))
		return
	}
	token, err := s.newToken(r.URL.Query().Get("audience"), time.Now().Add(5*time.Minute))
	if err != nil {
		refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	answer(w, http.StatusOK, map[string]any{"count": 1, "value": token})
}
