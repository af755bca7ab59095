// Package sigstoretest is a Sigstore in memory for tests: a certificate authority, a log of certificates, a
// transparency log and a timestamp authority, whose bundles are like those of the public Sigstore. Authorities are
// those of sigstore-go's virtual Sigstore, which itself writes no bundles, and whose certificates are in no log.
package sigstoretest

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"testing"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/testing/ca"
	"github.com/stretchr/testify/require"
)

// The default signer of Evidence.
const (
	Identity = "https://github.com/example/models/.github/workflows/train.yml@refs/heads/main"
	Issuer   = "https://token.actions.githubusercontent.com"
)

// logHost is the host of the transparency log.
const logHost = "rekor.localhost"

// Sigstore is a Sigstore with keys of its own.
type Sigstore struct {
	rootCertificate, authority *x509.Certificate
	authorityKey               *ecdsa.PrivateKey
	ctLogKey, rekorKey         *ecdsa.PrivateKey
	timestamps                 *ca.VirtualSigstore
	// tokenKey signs identity tokens.
	tokenKey []byte
	// url is where the services answer, or "": see Serve.
	url string
}

// New creates a Sigstore.
func New(tb testing.TB) *Sigstore {
	tb.Helper()
	s := &Sigstore{ctLogKey: newKey(tb), rekorKey: newKey(tb), tokenKey: []byte(rand.Text())}
	rootCertificate, rootKey, err := ca.GenerateRootCa()
	require.NoError(tb, err)
	s.rootCertificate = rootCertificate
	s.authority, s.authorityKey, err = ca.GenerateFulcioIntermediate(rootCertificate, rootKey)
	require.NoError(tb, err)
	s.timestamps, err = ca.NewVirtualSigstore()
	require.NoError(tb, err)
	return s
}

func newKey(tb testing.TB) *ecdsa.PrivateKey {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	return key
}

// TrustedRoot returns the trusted root in JSON.
func (s *Sigstore) TrustedRoot(tb testing.TB) []byte {
	tb.Helper()
	authority := &root.FulcioCertificateAuthority{
		Root: s.rootCertificate, Intermediates: []*x509.Certificate{s.authority}, URI: cmp.Or(s.url, "https://fulcio.localhost"),
		ValidityPeriodStart: time.Now().Add(-time.Hour), ValidityPeriodEnd: time.Now().Add(time.Hour),
	}
	trusted, err := root.NewTrustedRoot(root.TrustedRootMediaType01, []root.CertificateAuthority{authority},
		logs(tb, "https://ctfe.localhost", s.ctLogKey), s.timestamps.TimestampingAuthorities(),
		logs(tb, cmp.Or(s.url, "https://"+logHost), s.rekorKey))
	require.NoError(tb, err)
	text, err := trusted.MarshalJSON()
	require.NoError(tb, err)
	return text
}

func logs(tb testing.TB, address string, key *ecdsa.PrivateKey) map[string]*root.TransparencyLog {
	tb.Helper()
	id := keyID(tb, key)
	return map[string]*root.TransparencyLog{hex.EncodeToString(id): {
		BaseURL: address, ID: id, HashFunc: crypto.SHA256, SignatureHashFunc: crypto.SHA256, PublicKey: key.Public(),
		ValidityPeriodStart: time.Now().Add(-time.Hour), ValidityPeriodEnd: time.Now().Add(time.Hour),
	}}
}

// keyID returns the ID of a log: the SHA-256 of its public key.
func keyID(tb testing.TB, key *ecdsa.PrivateKey) []byte {
	tb.Helper()
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(tb, err)
	id := sha256.Sum256(der)
	return id[:]
}

// sign signs a message.
func sign(tb testing.TB, key *ecdsa.PrivateKey, message []byte) []byte {
	tb.Helper()
	digest := sha256.Sum256(message)
	sig, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	require.NoError(tb, err)
	return sig
}
