package keyless_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/signature"
	"github.com/modelferry/modelferry/fetcher/signature/keyless"
	"github.com/modelferry/modelferry/fetcher/signature/keyless/sigstoretest"
)

func TestNewVerifier(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(t, err)
	publicKey := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	der, err = x509.CreateCertificate(rand.Reader, &x509.Certificate{IsCA: true}, &x509.Certificate{}, key.Public(), key)
	require.NoError(t, err)
	certificate := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	trustedRoot := string(sigstoretest.New(t).TrustedRoot(t))
	for level, signer := range map[string]signature.Signer{
		signature.LevelKey:         {Key: publicKey},
		signature.LevelCertificate: {Certificate: certificate},
		signature.LevelKeyless:     {Identity: sigstoretest.Identity, Issuer: sigstoretest.Issuer, TrustedRoot: trustedRoot},
	} {
		verifier, err := keyless.NewVerifier(signer)
		require.NoError(t, err)
		require.Equal(t, level, verifier.Level())
		require.Equal(t, level, signer.Level())
	}
	for want, signer := range map[string]signature.Signer{
		"invalid key":               {Key: "x"},
		"invalid certificate":       {Certificate: "x"},
		"invalid trustedRoot":       {Identity: "a", Issuer: "b"},
		"must have the issuer":      {Identity: "a", TrustedRoot: trustedRoot},
		"invalid identityRegexp":    {IdentityRegexp: "(", Issuer: "b", TrustedRoot: trustedRoot},
		"must have either an ident": {Issuer: "b", TrustedRoot: trustedRoot},
	} {
		_, err := keyless.NewVerifier(signer)
		require.ErrorContains(t, err, want)
	}
}
