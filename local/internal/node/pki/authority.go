// Package pki creates the keys of a node: its certificate authority and certificates, the key that signs
// service account tokens, and bearer tokens. They are created for each local cloud and stored in its folder.
// Files are readable by their owner only.
package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"time"
)

// certLifetime is the validity of a certificate, longer than anybody runs a local cloud.
const certLifetime = 365 * 24 * time.Hour

// Authority is a certificate authority.
type Authority struct {
	dir     string
	keyPair tls.Certificate
}

// LoadOrCreateAuthority returns the certificate authority in folder dir (ca.crt, ca.key), and creates it if there is
// none. A restart reuses it, because clients have its certificate in their configuration. The certificates that it
// issues are written to the same folder.
func LoadOrCreateAuthority(dir, name string) (*Authority, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("certificate authority: %w", err)
	}
	pair := CertFiles{Cert: filepath.Join(dir, "ca.crt"), Key: filepath.Join(dir, "ca.key")}
	if _, err := os.Stat(pair.Key); errors.Is(err, fs.ErrNotExist) {
		template := certTemplate(pkix.Name{CommonName: name})
		template.IsCA, template.BasicConstraintsValid = true, true
		template.KeyUsage |= x509.KeyUsageCertSign
		if err := writeCert(pair, template, nil); err != nil {
			return nil, fmt.Errorf("certificate authority: %w", err)
		}
	}
	keyPair, err := tls.LoadX509KeyPair(pair.Cert, pair.Key)
	if err != nil {
		return nil, fmt.Errorf("certificate authority in %s: %w", dir, err)
	}
	return &Authority{dir: dir, keyPair: keyPair}, nil
}

// PEM returns the authority's certificate.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.keyPair.Leaf.Raw})
}

// CertFiles are the paths of a certificate and its key.
type CertFiles struct{ Cert, Key string }

// IssueServerCert issues a server certificate for IP addresses and DNS names.
func (a *Authority) IssueServerCert(name string, addresses []netip.Addr, names ...string) (CertFiles, error) {
	template := certTemplate(pkix.Name{CommonName: name})
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	template.DNSNames = names
	for _, address := range addresses {
		template.IPAddresses = append(template.IPAddresses, net.IP(address.AsSlice()))
	}
	return a.issue(name, template)
}

// IssueClientCert issues a client certificate. Kubernetes takes user and groups from it.
func (a *Authority) IssueClientCert(user string, groups ...string) (CertFiles, error) {
	template := certTemplate(pkix.Name{CommonName: user, Organization: groups})
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	return a.issue(user, template)
}

func (a *Authority) issue(name string, template *x509.Certificate) (CertFiles, error) {
	pair := CertFiles{Cert: filepath.Join(a.dir, name+".crt"), Key: filepath.Join(a.dir, name+".key")}
	if err := writeCert(pair, template, a); err != nil {
		return CertFiles{}, fmt.Errorf("certificate of %s: %w", name, err)
	}
	return pair, nil
}

// writeCert creates a key and its certificate. Without an issuer, the certificate is self-signed. The key's
// file is written last, so if it exists, the certificate exists too.
func writeCert(pair CertFiles, template *x509.Certificate, issuer *Authority) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	parent, signer := template, crypto.PrivateKey(key)
	if issuer != nil {
		parent, signer = issuer.keyPair.Leaf, issuer.keyPair.PrivateKey
	}
	certDER, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := writePrivate(pair.Cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certDER})); err != nil {
		return err
	}
	return writePrivate(pair.Key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
}

func certTemplate(subject pkix.Name) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 126)) // crypto/rand never fails
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      subject,
		NotBefore:    now.Add(-time.Hour), // the clock of a virtual machine may jump back when its host resumes
		NotAfter:     now.Add(certLifetime),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
}

func writePrivate(path string, content []byte) error {
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	return nil
}
