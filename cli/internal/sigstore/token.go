package sigstore

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// audience is whom an identity token for Sigstore is for.
const audience = "sigstore"

// tokenTimeout is that of GitHub's answer.
const tokenTimeout = 30 * time.Second

// ErrNoIdentity means that the job has no identity.
var ErrNoIdentity = errors.New("no identity to sign with: give the job of GitHub Actions the permission id-token: write, " +
	"or set SIGSTORE_ID_TOKEN to an identity token of CI with the audience " + audience)

// ErrInvalidToken means that an identity token is of no use for Sigstore.
var ErrInvalidToken = errors.New("invalid identity token")

// Token is an identity token: a JSON Web Token with which its bearer signs as the identity in it. It is not printed.
type Token struct{ text string }

// String hides the token.
func (Token) String() string { return "[identity token]" }

// GoString hides the token from %#v.
func (t Token) GoString() string { return t.String() }

// FindToken returns the identity token of the job that runs: that of SIGSTORE_ID_TOKEN, or one that GitHub Actions
// gives for it. getenv reads the environment.
// https://docs.github.com/en/actions/reference/security/oidc
// https://github.com/sigstore/cosign/tree/main/pkg/providers
func FindToken(ctx context.Context, getenv func(string) string) (Token, error) {
	source := "SIGSTORE_ID_TOKEN"
	token := Token{strings.TrimSpace(getenv(source))}
	address, bearer := getenv("ACTIONS_ID_TOKEN_REQUEST_URL"), getenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
	switch {
	case token.text != "":
	case address == "" || bearer == "":
		return Token{}, ErrNoIdentity
	default:
		var err error
		source = "GitHub's identity token"
		if token, err = requestToken(ctx, address, bearer); err != nil {
			return Token{}, fmt.Errorf("%s: %w", source, err)
		}
	}
	if err := token.validate(time.Now()); err != nil {
		return Token{}, fmt.Errorf("%s: %w: %w", source, ErrInvalidToken, err)
	}
	return token, nil
}

// requestToken asks GitHub for the token of the job.
func requestToken(ctx context.Context, address, bearer string) (Token, error) {
	endpoint, err := parseURL(address)
	if err != nil {
		return Token{}, fmt.Errorf("invalid ACTIONS_ID_TOKEN_REQUEST_URL: %w", err)
	}
	query := endpoint.Query()
	query.Set("audience", audience)
	endpoint.RawQuery = query.Encode()
	ctx, cancel := context.WithTimeout(ctx, tokenTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint.String(), nil)
	if err != nil {
		return Token{}, err
	}
	request.Header.Set("Authorization", "Bearer "+bearer)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return Token{}, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return Token{}, errAnswer(response)
	}
	var answer struct{ Value string }
	if err := json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(&answer); err != nil {
		return Token{}, err
	}
	return Token{answer.Value}, nil
}

// validate checks what Fulcio would refuse, for a clearer message. Only Fulcio can verify who made the token.
func (t Token) validate(at time.Time) error {
	parts := strings.Split(t.text, ".")
	if len(parts) != 3 {
		return errors.New("must be a JSON Web Token, with three parts between dots")
	}
	var claims struct {
		Audience audiences `json:"aud"`
		Expires  float64   `json:"exp"` // seconds since 1970, also with a fraction
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		return errors.New("must be a JSON Web Token, with claims in JSON")
	}
	expires := time.Unix(int64(claims.Expires), 0)
	switch {
	case !slices.Contains(claims.Audience, audience):
		return fmt.Errorf("is for the audience %q, must be for %q", strings.Join(claims.Audience, ", "), audience)
	case !at.Before(expires):
		return fmt.Errorf("has expired at %s", expires.UTC().Format(time.RFC3339))
	}
	return nil
}

// audiences is one string, or a list of them: RFC 7519, section 4.1.3.
type audiences []string

// UnmarshalJSON reads both forms.
func (a *audiences) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*a = audiences{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(a))
}

// parseURL reads the URL of a service, to which tokens may be sent: without TLS only on this machine.
func parseURL(text string) (*url.URL, error) {
	address, err := url.Parse(text)
	if err != nil || address.Host == "" || address.Scheme != "https" && !isLoopback(address) {
		return nil, fmt.Errorf("invalid URL %q: must begin with https://", text)
	}
	return address, nil
}
