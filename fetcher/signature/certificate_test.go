package signature_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/signature"
)

// authority signs certificates.
type authority struct {
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
}

// issue returns a certificate of a new key, signed by the parent, or by itself without one.
func (a *authority) issue(t *testing.T, change func(*x509.Certificate)) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "signer " + serial.String()},
		NotBefore: at.Add(-time.Hour), NotAfter: at.Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}, BasicConstraintsValid: true,
	}
	change(template)
	parent := a
	if parent == nil {
		parent = &authority{key: key, certificate: template}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent.certificate, key.Public(), parent.key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &authority{key: key, certificate: certificate}
}

func asAuthority(c *x509.Certificate) {
	c.IsCA, c.KeyUsage, c.ExtKeyUsage = true, x509.KeyUsageCertSign, nil
}

func (a *authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})
}

func TestByCertificate_chain(t *testing.T) {
	root := (*authority)(nil).issue(t, asAuthority)
	intermediate := root.issue(t, asAuthority)
	stranger := (*authority)(nil).issue(t, asAuthority)
	noSigning := func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }
	for _, tt := range []struct {
		name         string
		roots        *authority
		issuer       *authority
		intermediate bool
		change       func(*x509.Certificate)
		at           time.Time
		want         string
	}{
		{name: "by the root", roots: root, issuer: root, at: at},
		{name: "by an intermediate authority", roots: root, issuer: intermediate, intermediate: true, at: at},
		{name: "without the intermediate authority", roots: root, issuer: intermediate, at: at, want: "unknown authority"},
		{name: "of another root", roots: stranger, issuer: intermediate, intermediate: true, at: at, want: "unknown authority"},
		{name: "expired", roots: root, issuer: root, at: at.Add(2 * time.Hour), want: "has expired"},
		{name: "not valid yet", roots: root, issuer: root, at: at.Add(-2 * time.Hour), want: "not yet valid"},
		{name: "for servers", roots: root, issuer: root, at: at, want: "is not for code signing", change: func(c *x509.Certificate) {
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		}},
		{name: "for anything", roots: root, issuer: root, at: at, want: "is not for code signing", change: func(c *x509.Certificate) {
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny}
		}},
		{name: "without a purpose", roots: root, issuer: root, at: at, want: "is not for code signing", change: func(c *x509.Certificate) {
			c.ExtKeyUsage = nil
		}},
		{name: "for encryption", roots: root, issuer: root, at: at, want: "key usage must be digitalSignature", change: noSigning},
		{name: "by a certificate that is no authority", roots: root, issuer: root.issue(t, func(*x509.Certificate) {}), intermediate: true,
			at: at, want: "the signing certificate"},
		{name: "by an authority for servers", roots: root, at: at, intermediate: true, want: "incompatible key usage",
			issuer: root.issue(t, func(c *x509.Certificate) {
				asAuthority(c)
				c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
			})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			change := tt.change
			if change == nil {
				change = func(*x509.Certificate) {}
			}
			leaf := tt.issuer.issue(t, change)
			chain := []*x509.Certificate{leaf.certificate}
			if tt.intermediate {
				chain = append(chain, tt.issuer.certificate)
			}
			files := map[string][]byte{"model.onnx": []byte("weights")}
			text, err := signature.Sign("finbert", hashed(files), leaf.key, chain...)
			require.NoError(t, err)
			bundle, err := signature.Parse(text)
			require.NoError(t, err)
			verifier, err := signature.ByCertificate(tt.roots.pem())
			require.NoError(t, err)
			manifest, err := verifier.Verify(bundle, tt.at)
			if tt.want != "" {
				require.ErrorContains(t, err, tt.want)
				return
			}
			require.NoError(t, err)
			_, err = manifest.VerifyFiles(hashed(files))
			require.NoError(t, err)
		})
	}
}

func TestByCertificate_signedWithAnotherKey(t *testing.T) {
	root := (*authority)(nil).issue(t, asAuthority)
	leaf, stranger := root.issue(t, func(*x509.Certificate) {}), root.issue(t, func(*x509.Certificate) {})
	text, err := signature.Sign("finbert", hashed(map[string][]byte{"a": nil}), stranger.key, leaf.certificate)
	require.NoError(t, err)
	bundle, err := signature.Parse(text)
	require.NoError(t, err)
	verifier, err := signature.ByCertificate(root.pem())
	require.NoError(t, err)
	_, err = verifier.Verify(bundle, at)
	require.ErrorContains(t, err, "was not made with the certificate's key")
}

func TestByCertificate_invalidRoots(t *testing.T) {
	root := (*authority)(nil).issue(t, asAuthority)
	_, err := signature.ByCertificate(append(root.pem(), root.pem()...))
	require.NoError(t, err, "more than one")
	for name, text := range map[string][]byte{
		"empty": nil, "not PEM": []byte("root"), "text behind it": append(root.pem(), 'x'), "a key": publicPEM(t, root.key.Public()),
		"not a certificate": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")}),
	} {
		_, err := signature.ByCertificate(text)
		require.ErrorContains(t, err, "invalid certificate", name)
	}
}

// A signature is verified with the key of an authority before the chain is known to lead to a root: see maxRSABits.
func TestByCertificate_largeRSAKey(t *testing.T) {
	root := (*authority)(nil).issue(t, asAuthority)
	leaf := root.issue(t, func(*x509.Certificate) {})
	verifier, err := signature.ByCertificate(root.pem())
	require.NoError(t, err)
	for bits, want := range map[uint]string{8192: "", 8193: "has an RSA key of 8193 bits, must have at most 8192"} {
		modulus := new(big.Int).Lsh(big.NewInt(1), bits-1)
		template := &x509.Certificate{
			SerialNumber: big.NewInt(1), NotBefore: at.Add(-time.Hour), NotAfter: at.Add(time.Hour),
			BasicConstraintsValid: true, IsCA: true,
		}
		der, err := x509.CreateCertificate(rand.Reader, template, root.certificate,
			&rsa.PublicKey{N: modulus.Add(modulus, big.NewInt(1)), E: 65537}, root.key)
		require.NoError(t, err)
		large, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		files := map[string][]byte{"m": []byte("weights")}
		bundle, err := signature.Sign("m", hashed(files), leaf.key, leaf.certificate, large)
		require.NoError(t, err)
		err = signedModel{verifier: verifier}.verify(bundle, files)
		if want == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, want)
		}
	}
}
