//go:build e2e

package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/modelferry/modelferry/fetcher/signature"
	"github.com/modelferry/modelferry/local/internal/testmodel"
)

// signingKey is a private key for modelferry release --sign.
type signingKey struct {
	private *ecdsa.PrivateKey
	// file has the private key in PEM, and public is the public key in PEM.
	file, public string
}

func newSigningKey(t *testing.T) signingKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "signing-key.pem")
	require.NoError(t, os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
	return signingKey{key, name, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))}
}

// sign returns a valid signature bundle of a file.
func (k signingKey) sign(t *testing.T, file testmodel.File) []byte {
	t.Helper()
	signed := signature.File{Path: "model.joblib", Digests: signature.Digests{Bytes: file.Bytes, SHA256: file.SHA256}}
	bundle, err := signature.Sign(signed.Path, []signature.File{signed}, k.private)
	require.NoError(t, err)
	return bundle
}

// setStackConfig sets keys of the stack file that modelferry and pulumi read. Unlike the values of setConfig, they need
// no up before modelferry. The scenario's cleanup puts the repository's configuration back.
func (c *cloud) setStackConfig(values map[string]any) {
	c.t.Helper()
	c.restoreLater()
	content, err := os.ReadFile(c.StackFile())
	require.NoError(c.t, err)
	var file map[string]any
	require.NoError(c.t, yaml.Unmarshal(content, &file))
	config, ok := file["config"].(map[string]any)
	require.True(c.t, ok)
	maps.Copy(config, values)
	content, err = yaml.Marshal(file)
	require.NoError(c.t, err)
	require.NoError(c.t, os.WriteFile(c.StackFile(), content, 0o600))
}

// object is an object in the bucket of models.
type object struct{ path, sha256 string }

// releasedModel returns the model of a service in the stack file, and its signature.
func (c *cloud) releasedModel(service string) (model object, signaturePath string) {
	c.t.Helper()
	content, err := os.ReadFile(c.StackFile())
	require.NoError(c.t, err)
	var file struct {
		Config struct {
			Releases map[string]struct {
				Artifacts map[string]struct {
					Path, SHA256 string
					Signature    struct{ Path string }
				}
			} `yaml:"modelferry:releases"`
		}
	}
	require.NoError(c.t, yaml.Unmarshal(content, &file))
	released := file.Config.Releases[service].Artifacts["model"]
	require.NotEmpty(c.t, released.Signature.Path, "%s has to have a signature", released.Path)
	return object{released.Path, released.SHA256}, released.Signature.Path
}

// readObject returns the content of an object in the bucket of models, from the files of the object store.
func (c *cloud) readObject(path string) []byte {
	c.t.Helper()
	content, err := os.ReadFile(c.objectFile("models", path))
	require.NoError(c.t, err)
	return content
}
