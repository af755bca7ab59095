// Package sigstoretest is a Sigstore in memory for tests: a certificate authority, a log of certificates, a
// transparency log and a timestamp authority, whose bundles are like those of the public Sigstore. Authorities are
// those of sigstore-go's virtual Sigstore, which itself writes no bundles, and whose certificates are in no log.
package sigstoretest

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	_ "crypto/sha512" // for crypto.SHA384
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

// The hosts of the transparency logs, which have version 1 and version 2 of the API, as those of the public Sigstore.
const (
	logHost   = "rekor.localhost"
	tilesHost = "tiles.rekor.localhost"
)

// Sigstore is a Sigstore with keys of its own.
type Sigstore struct {
	rootCertificate, authority *x509.Certificate
	authorityKey               *ecdsa.PrivateKey
	ctLogKey, rekorKey         *ecdsa.PrivateKey
	tilesKey                   ed25519.PrivateKey
	timestamps                 *ca.VirtualSigstore
	// tokenKey signs identity tokens.
	tokenKey []byte
	// url is where the services answer, or "": see Serve.
	url string
}

// New creates a Sigstore.
func New(tb testing.TB) *Sigstore {
	tb.Helper()
	_, tilesKey, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(tb, err)
	s := &Sigstore{
		ctLogKey: newKey(tb, elliptic.P256()), rekorKey: newKey(tb, elliptic.P256()), tilesKey: tilesKey, tokenKey: []byte(rand.Text()),
	}
	rootCertificate, rootKey, err := ca.GenerateRootCa()
	require.NoError(tb, err)
	s.rootCertificate = rootCertificate
	s.authority, s.authorityKey, err = ca.GenerateFulcioIntermediate(rootCertificate, rootKey)
	require.NoError(tb, err)
	s.timestamps, err = ca.NewVirtualSigstore()
	require.NoError(tb, err)
	return s
}

// UseLogKey gives the log of version 1 a new key of this curve. It is called before anything is signed.
func (s *Sigstore) UseLogKey(tb testing.TB, curve elliptic.Curve) {
	tb.Helper()
	s.rekorKey = newKey(tb, curve)
}

func newKey(tb testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	tb.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
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
	logs := map[string]*root.TransparencyLog{}
	addLog(logs, cmp.Or(s.url, "https://"+logHost), keyID(tb, s.rekorKey), s.rekorKey)
	addLog(logs, "https://"+tilesHost, s.tilesID(), s.tilesKey)
	certificateLogs := map[string]*root.TransparencyLog{}
	addLog(certificateLogs, "https://ctfe.localhost", keyID(tb, s.ctLogKey), s.ctLogKey)
	trusted, err := root.NewTrustedRoot(root.TrustedRootMediaType01, []root.CertificateAuthority{authority},
		certificateLogs, s.timestamps.TimestampingAuthorities(), logs)
	require.NoError(tb, err)
	text, err := trusted.MarshalJSON()
	require.NoError(tb, err)
	return text
}

func addLog(logs map[string]*root.TransparencyLog, address string, id []byte, key crypto.Signer) {
	logs[hex.EncodeToString(id)] = &root.TransparencyLog{
		BaseURL: address, ID: id, HashFunc: crypto.SHA256, SignatureHashFunc: crypto.SHA256, PublicKey: key.Public(),
		ValidityPeriodStart: time.Now().Add(-time.Hour), ValidityPeriodEnd: time.Now().Add(time.Hour),
	}
}

// keyID returns the ID of a log: the SHA-256 of its public key.
func keyID(tb testing.TB, key *ecdsa.PrivateKey) []byte {
	tb.Helper()
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(tb, err)
	id := sha256.Sum256(der)
	return id[:]
}

// tilesID returns the ID of the log of version 2: the SHA-256 of its name, the number of Ed25519, and the key.
// https://github.com/C2SP/C2SP/blob/main/signed-note.md#signatures
func (s *Sigstore) tilesID() []byte {
	id := sha256.Sum256(append([]byte(tilesHost+"\n\x01"), s.tilesKey[ed25519.SeedSize:]...))
	return id[:]
}

// sign signs a message, with the hash of the key's curve.
func sign(tb testing.TB, key *ecdsa.PrivateKey, message []byte) []byte {
	tb.Helper()
	sig, err := ecdsa.SignASN1(rand.Reader, key, digestFor(key.Curve, message))
	require.NoError(tb, err)
	return sig
}

func digestFor(curve elliptic.Curve, message []byte) []byte {
	hash := crypto.SHA256
	if curve == elliptic.P384() {
		hash = crypto.SHA384
	}
	digest := hash.New()
	digest.Write(message)
	return digest.Sum(nil)
}
