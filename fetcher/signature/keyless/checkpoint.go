package keyless

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"strings"

	formats "github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"
)

// parseCheckpoint verifies a checkpoint, which is a note with the log's signature. Logs of version 1 sign as the name
// before the number of their tree, those of version 2 as their host. The latter may have cosignatures of witnesses, for
// which a trusted root has no keys.
// https://github.com/C2SP/C2SP/blob/main/tlog-checkpoint.md
// https://github.com/sigstore/rekor/blob/v1.5.3/pkg/util/checkpoint.go
func (l log) parseCheckpoint(text string, isVersion2 bool) (formats.Checkpoint, error) {
	origin, _, _ := strings.Cut(text, "\n")
	name, suffix := origin, ""
	if at := treeID.FindStringIndex(origin); at != nil {
		name, suffix = origin[:at[0]], origin[at[0]:]
	}
	switch {
	case isVersion2 && origin != l.host:
		return formats.Checkpoint{}, fmt.Errorf("is of the log %q, must be of %q", origin, l.host)
	case !isVersion2 && suffix == "":
		return formats.Checkpoint{}, fmt.Errorf("is of the log %q, must have the number of its tree", origin)
	}
	hash, err := l.keyHash(name, isVersion2)
	if err != nil {
		return formats.Checkpoint{}, err
	}
	signed, err := note.Open([]byte(text), note.VerifierList(noteVerifier{name, hash, l, isVersion2}))
	switch {
	case err != nil:
		return formats.Checkpoint{}, fmt.Errorf("is not signed by the log: %w", err)
	case !isVersion2 && len(signed.UnverifiedSigs) > 0:
		return formats.Checkpoint{}, errors.New("has more than the signature of the log")
	}
	if err := checkSignatures(text, signed); err != nil {
		return formats.Checkpoint{}, err
	}
	checkpoint := formats.Checkpoint{}
	_, err = checkpoint.Unmarshal([]byte(signed.Text))
	return checkpoint, err
}

var treeID = regexp.MustCompile(` - [0-9]+$`)

// checkSignatures refuses signatures in another form than that which a log writes. base64 has others for the same
// bytes, and only the first one of several signatures with one key is verified.
func checkSignatures(text string, signed *note.Note) error {
	lines := 0
	for line := range strings.Lines(strings.TrimPrefix(text, signed.Text+"\n")) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), " ")
		if _, err := base64.StdEncoding.Strict().DecodeString(fields[len(fields)-1]); err != nil {
			return fmt.Errorf("has a signature that is not in base64: %w", err)
		}
		lines++
	}
	if lines != len(signed.Sigs)+len(signed.UnverifiedSigs) {
		return errors.New("has two signatures with one key")
	}
	return nil
}

// noteVerifier is a log as the signer of a note.
type noteVerifier struct {
	name       string
	hash       uint32
	log        log
	isVersion2 bool
}

func (v noteVerifier) Name() string    { return v.name }
func (v noteVerifier) KeyHash() uint32 { return v.hash }

func (v noteVerifier) Verify(message, sig []byte) bool {
	return v.log.verify(message, sig, v.isVersion2)
}

// keyHash returns the number that names the key in a note: the beginning of a digest. Version 1 has the digest of the
// key in DER, as version 2 has for ECDSA.
// https://github.com/C2SP/C2SP/blob/main/signed-note.md#signatures
func (l log) keyHash(name string, isVersion2 bool) (uint32, error) {
	named, err := x509.MarshalPKIXPublicKey(l.key)
	if err != nil {
		return 0, err
	}
	if key, ok := l.key.(ed25519.PublicKey); ok && isVersion2 {
		named = append([]byte(name+"\n\x01"), key...)
	}
	digest := sha256.Sum256(named)
	return binary.BigEndian.Uint32(digest[:]), nil
}
