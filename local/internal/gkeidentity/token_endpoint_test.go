package gkeidentity

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/releaser"
)

// newReleaser returns the URL of a token endpoint for the fixture's stack, and the path of the releaser's key file.
func newReleaser(t *testing.T, f *fixture) (endpoint, keyFile string) {
	t.Helper()
	server := httptest.NewServer(&tokenEndpoint{stackDir: f.dir, tokens: f.meta.tokens, log: slog.New(slog.DiscardHandler)})
	t.Cleanup(server.Close)
	keyFile, err := releaser.WriteServiceAccountKey(f.dir, server.URL)
	require.NoError(t, err)
	return server.URL + releaser.TokenPath, keyFile
}

// requestToken exchanges a token with claims, signed with the key in a file, for an access token. One of the results is
// empty.
func requestToken(t *testing.T, endpoint, keyFile string, claims jwt.Claims) (token, message string) {
	t.Helper()
	content, err := os.ReadFile(keyFile)
	require.NoError(t, err)
	var file struct {
		PrivateKey string `json:"private_key"`
	}
	require.NoError(t, json.Unmarshal(content, &file))
	block, _ := pem.Decode([]byte(file.PrivateKey))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	require.NoError(t, err)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, nil)
	require.NoError(t, err)
	assertion, err := jwt.Signed(signer).Claims(claims).Serialize()
	require.NoError(t, err)
	response, err := http.PostForm(endpoint, url.Values{"grant_type": {jwtBearer}, "assertion": {assertion}})
	require.NoError(t, err)
	defer response.Body.Close()
	var body struct {
		AccessToken      string `json:"access_token"`
		ErrorDescription string `json:"error_description"`
	}
	require.NoError(t, json.NewDecoder(response.Body).Decode(&body))
	return body.AccessToken, body.ErrorDescription
}

// validClaims are those that Google's clients sign.
func validClaims(endpoint string) jwt.Claims {
	return jwt.Claims{
		Issuer: releaser.Email, Audience: jwt.Audience{endpoint}, Expiry: jwt.NewNumericDate(time.Now().Add(time.Hour)),
	}
}

// The releaser creates and reads objects below the services' prefixes and the records of releases. It replaces and
// deletes nothing.
func TestStorageFront_releaser(t *testing.T) {
	f := newFixture(t)
	endpoint, keyFile := newReleaser(t, f)
	token, message := requestToken(t, endpoint, keyFile, validClaims(endpoint))
	require.NotEmpty(t, token, message)
	f.put(folderType, "demo-models/bankchurn/", map[string]any{"bucket": "demo-models", "name": "bankchurn/"})
	f.upload("bankchurn/model.joblib", "model")
	f.upload("other/model.joblib", "model")
	const create = "/upload/storage/v1/b/demo-models/o?ifGenerationMatch=0&uploadType="
	for _, tt := range []struct {
		name, method, path string
		want               int
	}{
		{"media", "POST", create + "media&name=bankchurn/media", 200},
		{"start of a resumable upload", "POST", create + "resumable&name=bankchurn/resumable", 200},
		{"record of a release", "POST", create + "media&name=.modelferry/releases/bankchurn/000001.json", 200},
		{"the record again", "POST", create + "media&name=.modelferry/releases/bankchurn/000001.json", 412},
		{"another prefix", "POST", create + "media&name=other/new", 403},
		{"another file of modelferry", "POST", create + "media&name=.modelferry/new", 403},
		{"an object that exists", "POST", create + "media&name=bankchurn/model.joblib", 412},
		{"replace", "POST", "/upload/storage/v1/b/demo-models/o?uploadType=media&name=bankchurn/model.joblib", 403},
		{"delete", "DELETE", objectPath("bankchurn/model.joblib"), 403},
		{"read", "GET", objectPath("bankchurn/model.joblib") + "?alt=media", 200},
		{"read of another prefix", "GET", objectPath("other/model.joblib"), 403},
		{"list", "GET", "/storage/v1/b/demo-models/o?prefix=.modelferry/releases/bankchurn/", 200},
		{"list of the bucket", "GET", "/storage/v1/b/demo-models/o", 403},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, body := f.do(tt.method, tt.path, token, "")
			require.Equal(t, tt.want, status, body)
		})
	}
	status, body := f.do("POST", create+"media&name=.modelferry/releases/bankchurn/000002.json", f.meta.tokens.issue(bankchurn), "")
	require.Equal(t, http.StatusForbidden, status, "a pod: %s", body)
}

func TestTokenEndpoint_refused(t *testing.T) {
	f := newFixture(t)
	endpoint, keyFile := newReleaser(t, f)
	other := newFixture(t)
	_, otherKeyFile := newReleaser(t, other)
	for name, tt := range map[string]struct {
		keyFile string
		change  func(*jwt.Claims)
		want    string
	}{
		"valid":            {keyFile, func(*jwt.Claims) {}, ""},
		"another key":      {otherKeyFile, func(*jwt.Claims) {}, "invalid JWT signature"},
		"another issuer":   {keyFile, func(c *jwt.Claims) { c.Issuer = "other" }, "issuer"},
		"another audience": {keyFile, func(c *jwt.Claims) { c.Audience = jwt.Audience{"other"} }, "audience"},
		"expired":          {keyFile, func(c *jwt.Claims) { c.Expiry = jwt.NewNumericDate(time.Now().Add(-time.Hour)) }, "expired"},
		"without expiry":   {keyFile, func(c *jwt.Claims) { c.Expiry = nil }, "must expire"},
	} {
		t.Run(name, func(t *testing.T) {
			claims := validClaims(endpoint)
			tt.change(&claims)
			token, message := requestToken(t, endpoint, tt.keyFile, claims)
			require.Equal(t, tt.want == "", token != "", message)
			require.Contains(t, message, tt.want)
		})
	}
}
