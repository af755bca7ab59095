// Package report reports the result of a run in the log and in the container's termination message.
package report

import (
	"encoding/json"
	"time"
	"unicode/utf8"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// MaxTerminationMessage is how many bytes of a termination message Kubernetes keeps.
const MaxTerminationMessage = 4096

// Summary is the result of a run as one JSON object.
type Summary struct {
	// Outcome is "done", "unchanged" or the word of a fetcherr.Kind.
	Outcome  string `json:"outcome"`
	ExitCode int    `json:"exitCode"`
	// Message is the error and its hint; empty on success.
	Message string `json:"message,omitempty"`
	// Warnings are about a run that succeeded.
	Warnings  []string   `json:"warnings,omitempty"`
	Folder    string     `json:"folder,omitempty"`
	Artifacts []Artifact `json:"artifacts,omitempty"`
	// Omitted counts the artifacts that do not fit into MaxTerminationMessage.
	Omitted int     `json:"omitted,omitempty"`
	Bytes   int64   `json:"bytes"`
	Seconds float64 `json:"seconds"`
	// Attempts counts the attempts of the whole run.
	Attempts int `json:"attempts"`
}

// Artifact is one published artifact in a summary.
type Artifact struct {
	Dest   string `json:"dest"`
	Source string `json:"source"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256,omitempty"`
	// Checksum is the store's checksum, which the content matched.
	Checksum string `json:"checksum,omitempty"`
	Version  string `json:"version,omitempty"`
	// Pinned is true if the request contained the digest.
	Pinned bool `json:"pinned"`
	// Verified is sha256 (the pinned digest), crc (the store's checksum of the whole object) or size.
	Verified string `json:"verified"`
	// Signature is how the signature was verified, such as by key, or "none".
	Signature string `json:"signature"`
	Extracted bool   `json:"extracted,omitempty"`
	// Encoding is the object's Content-Encoding, which was undone. DigestOf is the content that the pinned digest is
	// of: "stored" or "decoded".
	Encoding string `json:"encoding,omitempty"`
	DigestOf string `json:"digestOf,omitempty"`
	// Files counts the files of an archive.
	Files int `json:"files,omitempty"`
}

// WithResult returns the summary with the error of the run, which may be nil, and its duration.
func (s Summary) WithResult(err error, elapsed time.Duration) Summary {
	s.Seconds = float64(elapsed.Round(time.Millisecond)) / float64(time.Second)
	if err != nil {
		kind := fetcherr.KindOf(err)
		s.Outcome, s.ExitCode, s.Message = kind.String(), kind.ExitCode(), err.Error()
		s.Artifacts = nil
	}
	return s
}

// JSON returns the summary on one line of at most MaxTerminationMessage bytes: artifacts are omitted from the end, then
// the message is truncated.
func (s Summary) JSON() []byte {
	for {
		text, err := json.Marshal(s)
		if err != nil {
			// None of the fields can fail to marshal. This covers future ones.
			text = []byte(`{"outcome":"` + s.Outcome + `","message":"summary cannot be written"}`)
		}
		switch excess := len(text) - MaxTerminationMessage; {
		case excess <= 0:
			return text
		case len(s.Artifacts) > 0:
			s.Omitted++
			s.Artifacts = s.Artifacts[:len(s.Artifacts)-1]
		case len(s.Warnings) > 0:
			s.Warnings = s.Warnings[:len(s.Warnings)-1]
		case len(s.Message) > 100:
			// JSON may encode one byte as six, so cutting excess bytes could cut too much: cut at most half at a time.
			s.Message = truncate(s.Message, max(len(s.Message)-excess-len("…"), len(s.Message)/2))
		default:
			s.Folder = ""
		}
	}
}

// truncate shortens text to at most n bytes, never within a character.
func truncate(text string, n int) string {
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	if n == 0 {
		return ""
	}
	return text[:n] + "…"
}
