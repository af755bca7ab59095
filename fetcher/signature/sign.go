package signature

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Sign returns the bundle of a model, as JSON. name is informational; the files have their SHA-256. With a chain, whose
// first certificate is that of the key, the bundle is for ByCertificate, otherwise for ByKey.
func Sign(name string, files []File, key crypto.Signer, chain ...*x509.Certificate) ([]byte, error) {
	payload, err := MarshalStatement(name, files)
	if err != nil {
		return nil, err
	}
	material, err := signingMaterial(key.Public(), chain)
	if err != nil {
		return nil, err
	}
	unsigned := envelope{Payload: payload, PayloadType: PayloadType}
	sig, err := signMessage(key, unsigned.signed())
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{
		"mediaType":            mediaTypes[0],
		"verificationMaterial": material,
		"dsseEnvelope": map[string]any{
			"payload": payload, "payloadType": PayloadType, "signatures": []any{map[string]any{"sig": sig, "keyid": ""}},
		},
	})
}

// MarshalStatement returns the in-toto statement of a model, which is what a signature of it is of. name is
// informational; the files have their SHA-256. They may be in any order.
func MarshalStatement(name string, files []File) ([]byte, error) {
	if name == "" || len(files) == 0 {
		return nil, errors.New("a signed model needs a name and a file")
	}
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	root, resources := sha256.New(), make([]resource, len(files))
	for i, file := range files {
		digest, err := hex.DecodeString(file.Digests.SHA256)
		if err != nil || len(digest) != sha256.Size || !isCanonical(file.Path) || file.IsLink {
			return nil, fmt.Errorf("%q cannot be signed: must be a file with a SHA-256 and a path relative to the model", file.Path)
		}
		root.Write(digest)
		resources[i] = resource{Name: file.Path, Digest: file.Digests.SHA256, Algorithm: hashSHA256}
	}
	return json.MarshalIndent(map[string]any{
		"_type":         statementType,
		"subject":       []subject{{Name: name, Digest: map[string]string{hashSHA256: hex.EncodeToString(root.Sum(nil))}}},
		"predicateType": PredicateType,
		"predicate": map[string]any{
			"resources": resources,
			"serialization": map[string]any{
				"method": methodFiles, "hash_type": hashSHA256, "allow_symlinks": false, "ignore_paths": defaultIgnored,
			},
		},
	}, "", "  ")
}

func signingMaterial(key crypto.PublicKey, chain []*x509.Certificate) (map[string]any, error) {
	if KeyDetails(key) == nil {
		return nil, fmt.Errorf("invalid key: is %T, must be %s", key, supportedKeys)
	}
	if len(chain) > 0 {
		certificates := make([]any, len(chain))
		for i, one := range chain {
			certificates[i] = map[string]any{"rawBytes": one.Raw}
		}
		return map[string]any{"x509CertificateChain": map[string]any{"certificates": certificates}, "tlogEntries": []any{}}, nil
	}
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil, err
	}
	hint := sha256.Sum256(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	return map[string]any{"publicKey": map[string]any{"hint": hex.EncodeToString(hint[:])}, "tlogEntries": []any{}}, nil
}

// signMessage signs with the digest that belongs to the key: see VerifyMessage.
func signMessage(key crypto.Signer, message []byte) ([]byte, error) {
	digest := crypto.Hash(0)
	if ec, ok := key.Public().(*ecdsa.PublicKey); ok {
		digest = CurveHash(ec.Curve)
		sum := digest.New()
		sum.Write(message)
		message = sum.Sum(nil)
	}
	random := rand.Reader
	if _, ok := key.(*ecdsa.PrivateKey); ok {
		random = nil // RFC 6979: a release that is repeated has the same signature
	}
	return key.Sign(random, message, digest)
}
