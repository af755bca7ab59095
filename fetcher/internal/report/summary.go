// Package report says how a run ended: to the log, to the termination
// message and, through the exit code, to whoever started the process.
package report

import (
	"encoding/json"
	"time"
	"unicode/utf8"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// MaxTerminationMessage is how much of a termination message Kubernetes keeps, in bytes.
const MaxTerminationMessage = 4096

// Summary is a run in one JSON object.
type Summary struct {
	// Outcome is "done", "unchanged" or the word of a fetcherr.Kind.
	Outcome  string `json:"outcome"`
	ExitCode int    `json:"exitCode"`
	// Message says what happened and what to do; empty when all went well.
	Message   string     `json:"message,omitempty"`
	Folder    string     `json:"folder,omitempty"`
	Artifacts []Artifact `json:"artifacts,omitempty"`
	// Omitted counts the artifacts left out to keep to Limit.
	Omitted int     `json:"omitted,omitempty"`
	Bytes   int64   `json:"bytes"`
	Seconds float64 `json:"seconds"`
	// Attempts is how often the whole run was begun.
	Attempts int `json:"attempts"`
}

// Artifact is one published artifact in a summary.
type Artifact struct {
	Dest   string `json:"dest"`
	Source string `json:"source"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256,omitempty"`
	// Checksum is the store\'s own, which the bytes were compared with.
	Checksum string `json:"checksum,omitempty"`
	Version  string `json:"version,omitempty"`
	// Pinned says that the digest was asked for, not only found.
	Pinned bool `json:"pinned"`
	// Verified is sha256, against the pinned digest; crc, against the store's
	// own checksum of the whole object; or size, where the store has none.
	Verified  string `json:"verified"`
	Extracted bool   `json:"extracted,omitempty"`
	// Files counts what an archive held.
	Files int `json:"files,omitempty"`
}

// WithResult finishes the summary of a run: err is nil when it went well.
func (s Summary) WithResult(err error, elapsed time.Duration) Summary {
	s.Seconds = float64(elapsed.Round(time.Millisecond)) / float64(time.Second)
	if err != nil {
		kind := fetcherr.KindOf(err)
		s.Outcome, s.ExitCode, s.Message = kind.String(), kind.ExitCode(), err.Error()
		s.Artifacts = nil
	}
	return s
}

// JSON is the summary on one line of at most Limit bytes: artifacts are left
// out from the end, and at last the message is cut.
func (s Summary) JSON() []byte {
	for {
		text, err := json.Marshal(s)
		if err != nil {
			// No type above can fail to marshal; a new one that can shows here.
			text = []byte(`{"outcome":"` + s.Outcome + `","message":"summary cannot be written"}`)
		}
		switch excess := len(text) - MaxTerminationMessage; {
		case excess <= 0:
			return text
		case len(s.Artifacts) > 0:
			s.Omitted++
			s.Artifacts = s.Artifacts[:len(s.Artifacts)-1]
		case len(s.Message) > 100:
			// JSON may write one byte as six: half at a time does not overshoot.
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
