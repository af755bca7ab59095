package release

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
	"github.com/modelferry/modelferry/cli/internal/records"
	"github.com/modelferry/modelferry/cli/objectstore"
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/fetcher/signature"
	"github.com/modelferry/modelferry/fetcher/signature/keyless"
)

// signSuffix ends the name of a signature.
const signSuffix = ".sig"

// readSigningKey reads a private key in PEM that is not encrypted.
func readSigningKey(name string) (crypto.Signer, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s: must be a private key in PEM", name)
	}
	var key any
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	default:
		err = fmt.Errorf("is a %s, must be a PRIVATE KEY in PEM without a passphrase", block.Type)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("%s: has a key that cannot sign", name)
	}
	return signer, nil
}

// sign adds signatures to the contents: with the key of the request, or the bundle that another tool has made. See
// signKeyless for the third way.
func (r Request) sign(contents map[string]*content) error {
	switch {
	case r.SignKey != "" && r.Signature != "", r.SignKeyless && (r.SignKey != "" || r.Signature != ""):
		return errors.New("--sign, --sign-keyless and --signature may not be used together: give one of them")
	case r.Signature != "" && len(contents) != 1:
		return errors.New("invalid --signature: is of one artifact, and there are several")
	case r.Signature != "":
		text, err := os.ReadFile(r.Signature)
		if err != nil {
			return err
		}
		for _, c := range contents {
			c.signature = text
		}
	case r.SignKey != "":
		key, err := readSigningKey(r.SignKey)
		if err != nil {
			return err
		}
		for _, c := range contents {
			if c.signature, err = signature.Sign(c.name, []signature.File{c.signedFile()}, key); err != nil {
				return fmt.Errorf("--sign: %w", err)
			}
		}
	}
	return nil
}

// signedFile returns the content as a signature is of it.
func (c *content) signedFile() signature.File {
	return signature.File{Path: c.name, Digests: signature.Digests{Bytes: c.size, SHA256: c.sha256}}
}

// signaturePath returns the path of an artifact's signature. It has the digest of the signature, so that no signature
// replaces another one.
func signaturePath(artifact string, bundle []byte) string {
	return artifact + "." + signatureDigest(bundle)[:digestDigits] + signSuffix
}

func signatureDigest(bundle []byte) string {
	sum := sha256.Sum256(bundle)
	return hex.EncodeToString(sum[:])
}

// checkSignature verifies a content's signature as the pods will do it: against the signer in the stack's file.
func (t *target) checkSignature(name string, c *content) error {
	if c.signature == nil {
		return nil
	}
	edited, err := t.file.Config()
	if err != nil {
		return exitcode.WithCode(exitcode.Invalid, err)
	}
	after := *t
	after.config = edited
	version, _ := after.version(name)
	unpacked := config.ResolveArtifact(name, t.definitions()[name], version).Unpacked
	err = verifySignature(edited.Signatures.Resolve(version.Signature), c, unpacked)
	if err != nil {
		return exitcode.WithCode(exitcode.Invalid, fmt.Errorf(
			"artifact %s: the signature is not that of the signer in %s: %w: nothing was uploaded", name, t.file.Name(), err))
	}
	return nil
}

// verifySignature compares a file with its signature, unless only the pods can: if it is of the files of an archive, or
// of parts of files.
func verifySignature(signer *config.Signature, c *content, unpacked bool) error {
	verifier, err := keyless.NewVerifier(signature.Signer{
		Key: signer.Key, Certificate: signer.Certificate,
		Identity: signer.Identity, IdentityRegexp: signer.IdentityRegexp, Issuer: signer.Issuer, TrustedRoot: signer.TrustedRoot,
	})
	if err != nil {
		return err
	}
	bundle, err := signature.Parse(c.signature)
	if err != nil {
		return err
	}
	manifest, err := verifier.Verify(bundle, time.Now())
	if err != nil || unpacked || !manifest.IsWhole() {
		return err
	}
	return manifest.VerifyFile(signature.Digests{Bytes: c.size, SHA256: c.sha256})
}

// uploadSignature uploads the signature of an artifact, unless the bucket has it.
func (t *target) uploadSignature(ctx context.Context, a records.Artifact, bundle []byte) error {
	if bundle == nil {
		return nil
	}
	object := records.Artifact{Bucket: a.Bucket, Path: a.Signature, SHA256: signatureDigest(bundle), Size: int64(len(bundle))}
	_, _, err := t.upload(ctx, object, objectstore.Content{File: bytes.NewReader(bundle), Size: object.Size, SHA256: object.SHA256})
	return err
}

// readSignature reads the signature of an artifact, or nil if it has none.
func (t *target) readSignature(ctx context.Context, a records.Artifact) ([]byte, error) {
	if a.Signature == "" {
		return nil, nil
	}
	store, err := t.store(ctx, a.Bucket)
	if err != nil {
		return nil, err
	}
	reader, _, err := store.Open(ctx, a.Signature)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	bundle, err := io.ReadAll(io.LimitReader(reader, signature.MaxBytes+1))
	if err == nil && len(bundle) > signature.MaxBytes {
		err = fmt.Errorf("%s: has more than %d bytes", store.URL(a.Signature), signature.MaxBytes)
	}
	return bundle, err
}
