package gkeidentity

import (
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/modelferry/modelferry/local/internal/releaser"
)

// releaserPrincipal is the releaser's identifier in IAM bindings.
const releaserPrincipal = "serviceAccount:" + releaser.Email

// jwtBearer is the grant type of a token that a service account has signed.
// https://developers.google.com/identity/protocols/oauth2/service-account#httprest
const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer" //nolint:gosec // not a credential

// tokenEndpoint issues access tokens of the releaser for tokens that it has signed with its key.
type tokenEndpoint struct {
	stackDir string // has the key
	tokens   *tokens
	log      *slog.Logger
}

func (e *tokenEndpoint) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	req.Body = http.MaxBytesReader(w, req.Body, 64<<10)
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	if code, err := e.verify(req); err != nil {
		e.log.Warn("token refused", "from", req.RemoteAddr, "error", err)
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{ // fails only if the client is gone
			"error": code, "error_description": err.Error(),
		})
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{ // as above
		"access_token": e.tokens.issue(releaserPrincipal), "expires_in": int(e.tokens.lifetime.Seconds()), "token_type": "Bearer",
	})
}

// verify returns an error, with its code in OAuth 2.0, unless the request has a token that the releaser has signed.
func (e *tokenEndpoint) verify(req *http.Request) (code string, err error) {
	if err := req.ParseForm(); err != nil {
		return "invalid_request", err
	}
	if req.Method != http.MethodPost || req.PostForm.Get("grant_type") != jwtBearer {
		return "unsupported_grant_type", errors.New("invalid grant_type: must be " + jwtBearer)
	}
	key, tokenURI, err := releaser.PublicKey(e.stackDir)
	if errors.Is(err, fs.ErrNotExist) {
		return "invalid_grant", errors.New("account not found")
	}
	if err != nil {
		return "server_error", err
	}
	parsed, err := jwt.ParseSigned(req.PostForm.Get("assertion"), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return "invalid_grant", err
	}
	var claims jwt.Claims
	if err := parsed.Claims(key, &claims); err != nil {
		return "invalid_grant", errors.New("invalid JWT signature")
	}
	if claims.Expiry == nil {
		return "invalid_grant", errors.New("invalid JWT: must expire (within 60 minutes)")
	}
	expected := jwt.Expected{Issuer: releaser.Email, AnyAudience: jwt.Audience{tokenURI}, Time: time.Now()}
	return "invalid_grant", claims.ValidateWithLeeway(expected, jwt.DefaultLeeway)
}
