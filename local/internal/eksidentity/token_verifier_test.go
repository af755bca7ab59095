package eksidentity

import (
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/eksidentity/trustpolicy"
)

// All tokens are signed by the issuer's own key, so that only the claims differ. Clocks may differ by a minute.
func TestVerifier_claims(t *testing.T) {
	s := newSigner(t)
	verifier := &Verifier{Issuer: issuer, JWKS: s.fetchJWKS}
	in := func(d time.Duration) *jwt.NumericDate { return jwt.NewNumericDate(time.Now().Add(d)) }
	tests := []struct {
		name   string
		change func(*jwt.Claims)
		// want is a part of the error; empty means that the token is valid.
		want string
	}{
		{"valid", func(*jwt.Claims) {}, ""},
		{"another issuer", func(c *jwt.Claims) { c.Issuer = "https://other" }, "the token is not valid"},
		{"an issuer that begins like it", func(c *jwt.Claims) { c.Issuer = issuer + "2" }, "the token is not valid"},
		{"no issuer", func(c *jwt.Claims) { c.Issuer = "" }, "the token is not valid"},
		{"expired by less than the clocks may differ", func(c *jwt.Claims) { c.Expiry = in(-30 * time.Second) }, ""},
		{"expired", func(c *jwt.Claims) { c.Expiry = in(-90 * time.Second) }, "the token has expired"},
		{"no expiry", func(c *jwt.Claims) { c.Expiry = nil }, "the token has no expiry"},
		{"not valid yet, by less than the clocks may differ", func(c *jwt.Claims) { c.NotBefore = in(30 * time.Second) }, ""},
		{"not valid yet", func(c *jwt.Claims) { c.NotBefore = in(90 * time.Second) }, "the token is not valid"},
		{"issued in the future", func(c *jwt.Claims) { c.IssuedAt = in(90 * time.Second) }, "the token is not valid"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			claims, err := verifier.Verify(t.Context(), s.token(t, tt.change))
			if tt.want != "" {
				require.ErrorContains(t, err, tt.want)
				return
			}
			require.NoError(t, err)
			require.Equal(t, trustpolicy.Claims{Issuer: issuer, Subject: subject, Audience: []string{"sts.amazonaws.com"}}, claims)
		})
	}
}
