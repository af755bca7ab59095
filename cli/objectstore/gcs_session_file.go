package objectstore

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
)

// sessionFile keeps the URL of an upload session for the next run. The URL is a secret: it needs no other credentials.
// Without a folder, or if the file cannot be written, the upload only continues within this run.
type sessionFile struct {
	path string
	want sessionState
}

// sessionState is the content of the file. A session is used again for the same content only.
type sessionState struct {
	URL     string `json:"url"`
	Size    int64  `json:"size"`
	SHA256  string `json:"sha256"`
	Session string `json:"session,omitempty"`
}

func newSessionFile(dir string, u *gcsUpload) sessionFile {
	state := sessionState{URL: u.store.endpoint + "/" + u.store.bucket + "/" + u.key, Size: u.content.Size, SHA256: u.digest.sha256}
	if dir == "" {
		return sessionFile{want: state}
	}
	name := sha256.Sum256([]byte(state.URL + " " + state.SHA256))
	return sessionFile{path: filepath.Join(dir, "gcs-session-"+hex.EncodeToString(name[:12])+".json"), want: state}
}

// load returns the URL of the session, or "".
func (f sessionFile) load() string {
	if f.path == "" {
		return ""
	}
	text, err := os.ReadFile(f.path)
	var state sessionState
	if err != nil || json.Unmarshal(text, &state) != nil {
		return ""
	}
	session := state.Session
	if state.Session = ""; state != f.want {
		return ""
	}
	return session
}

func (f sessionFile) save(session string) {
	if f.path == "" {
		return
	}
	state := f.want
	state.Session = session
	text, _ := json.Marshal(state) // cannot fail
	if os.MkdirAll(filepath.Dir(f.path), 0o700) != nil {
		return
	}
	temporary, err := os.CreateTemp(filepath.Dir(f.path), ".session-*") // has mode 0600
	if err != nil {
		return
	}
	_, writeErr := temporary.Write(text)
	if closeErr := temporary.Close(); writeErr != nil || closeErr != nil || os.Rename(temporary.Name(), f.path) != nil {
		_ = os.Remove(temporary.Name()) // nothing depends on it
	}
}

func (f sessionFile) remove() {
	if f.path != "" {
		_ = os.Remove(f.path) // the store ends the session by itself
	}
}
