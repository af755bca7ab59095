package keyless

import (
	"errors"
	"fmt"
	"strings"

	"github.com/sigstore/rekor/pkg/util"
)

// parseCheckpoint reads a checkpoint whose signature sigstore-go has verified. Three things of it are not signed: the
// name of the signer, how the note is written, and cosignatures of witnesses, for which a trusted root has no keys.
// The first two have to be as a log writes them. Logs of version 1 have no cosignatures: sigstore-go refuses them.
// https://github.com/sigstore/rekor/blob/v1.5.3/pkg/util/signed_note.go
// https://github.com/C2SP/C2SP/blob/main/tlog-checkpoint.md
func parseCheckpoint(text string) (*util.SignedCheckpoint, error) {
	signed := &util.SignedCheckpoint{}
	if err := signed.UnmarshalText([]byte(text)); err != nil {
		return nil, err
	}
	if signed.SignedNote.String() != text || signed.Checkpoint.String() != signed.Note {
		return nil, errors.New("is not written as a log writes it")
	}
	log, _, _ := strings.Cut(signed.Origin, " - ") // version 1 adds the ID of its tree
	for _, sig := range signed.Signatures {
		if sig.Name == log {
			return signed, nil
		}
	}
	return nil, fmt.Errorf("is of the log %q, and not signed in its name", log)
}
