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
)

// FetchJWKS fetches the issuer's JSON web key set.
type FetchJWKS func(context.Context) ([]byte, error)

// Verifier checks service-account tokens of one issuer.
type Verifier struct {
	Issuer string
	JWKS   FetchJWKS

	mu         sync.Mutex
	cachedKeys *jose.JSONWebKeySet
	fetchedAt  time.Time
}

// errTokenExpired tells a token that was good once.
var errTokenExpired = errors.New("the token has expired")

// Verify returns the claims of a token that the issuer has signed and that is valid now.
func (v *Verifier) Verify(ctx context.Context, token string) (Claims, error) {
	// What Kubernetes signs with; never "none", never a shared secret.
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256, jose.ES256})
	if err != nil {
		return Claims{}, fmt.Errorf("the token is no signed JWT: %w", err)
	}
	key, err := v.signingKey(ctx, parsed.Headers[0].KeyID)
	if err != nil {
		return Claims{}, err
	}
	var claims jwt.Claims
	if err := parsed.Claims(key, &claims); err != nil {
		return Claims{}, fmt.Errorf("the token is not signed by %s: %w", v.Issuer, err)
	}
	err = claims.ValidateWithLeeway(jwt.Expected{Issuer: v.Issuer, Time: time.Now()}, jwt.DefaultLeeway)
	if errors.Is(err, jwt.ErrExpired) {
		return Claims{}, errTokenExpired
	}
	if err != nil {
		return Claims{}, fmt.Errorf("the token is not valid: %w", err)
	}
	if claims.Expiry == nil {
		return Claims{}, errors.New("the token never expires")
	}
	return Claims{Issuer: claims.Issuer, Subject: claims.Subject, Audience: claims.Audience}, nil
}

// signingKey finds a key by its id. An id that is not known makes it ask the issuer again, at most every ten seconds.
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
