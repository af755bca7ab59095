package eksidentity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/modelferry/modelferry/local/internal/eksidentity/trustpolicy"
)

// FetchJWKS returns the issuer's JSON Web Key Set.
type FetchJWKS func(context.Context) ([]byte, error)

// Verifier verifies service account tokens of one issuer.
type Verifier struct {
	Issuer string
	JWKS   FetchJWKS

	mu         sync.Mutex
	cachedKeys *jose.JSONWebKeySet
	fetchedAt  time.Time
}

// errTokenExpired is the error of a token that is valid apart from its expiry.
var errTokenExpired = errors.New("the token has expired")

// Verify returns the claims of a token, or an error if the issuer has not signed it or it is not valid now.
func (v *Verifier) Verify(ctx context.Context, token string) (trustpolicy.Claims, error) {
	// The algorithms of Kubernetes. "none" and shared secrets must not be accepted.
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256, jose.ES256})
	if err != nil {
		return trustpolicy.Claims{}, fmt.Errorf("the token is not a signed JWT: %w", err)
	}
	key, err := v.signingKey(ctx, parsed.Headers[0].KeyID)
	if err != nil {
		return trustpolicy.Claims{}, err
	}
	var claims jwt.Claims
	if err := parsed.Claims(key, &claims); err != nil {
		return trustpolicy.Claims{}, fmt.Errorf("the token is not signed by %s: %w", v.Issuer, err)
	}
	err = claims.ValidateWithLeeway(jwt.Expected{Issuer: v.Issuer, Time: time.Now()}, jwt.DefaultLeeway)
	if errors.Is(err, jwt.ErrExpired) {
		return trustpolicy.Claims{}, errTokenExpired
	}
	if err != nil {
		return trustpolicy.Claims{}, fmt.Errorf("the token is not valid: %w", err)
	}
	if claims.Expiry == nil {
		return trustpolicy.Claims{}, errors.New("the token has no expiry")
	}
	return trustpolicy.Claims{Issuer: claims.Issuer, Subject: claims.Subject, Audience: claims.Audience}, nil
}

// signingKey returns a key by its ID. If the ID is not in the cached key set, the set is fetched again, at most every
// 10 seconds.
func (v *Verifier) signingKey(ctx context.Context, id string) (*jose.JSONWebKey, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.cachedKeys != nil {
		if keys := v.cachedKeys.Key(id); len(keys) > 0 {
			return &keys[0], nil
		}
	}
	if v.cachedKeys == nil || time.Since(v.fetchedAt) > 10*time.Second {
		content, err := v.JWKS(ctx)
		if err != nil {
			return nil, fmt.Errorf("keys of %s: %w", v.Issuer, err)
		}
		set := &jose.JSONWebKeySet{}
		if err := json.Unmarshal(content, set); err != nil {
			return nil, fmt.Errorf("keys of %s: %w", v.Issuer, err)
		}
		v.cachedKeys, v.fetchedAt = set, time.Now()
		if keys := set.Key(id); len(keys) > 0 {
			return &keys[0], nil
		}
	}
	return nil, fmt.Errorf("%s has no key %q", v.Issuer, id)
}
