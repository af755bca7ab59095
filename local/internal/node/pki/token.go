package pki

import (
	"bytes"
	"crypto/rand"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// User is a user of the API server and its bearer token.
type User struct {
	Name   string
	Groups []string
	Token  string
}

// NewToken returns a bearer token or secret key of letters and digits, with at least 128 random bits.
func NewToken() string { return rand.Text() }

// LoadOrCreate returns the token in the file at path. If there is none, it writes initial to the file and returns
// that clients can use the same token after a restart.
func LoadOrCreate(path, initial string) (string, error) {
	content, err := os.ReadFile(path)
	if err == nil && len(bytes.TrimSpace(content)) > 0 {
		return strings.TrimSpace(string(content)), nil
	}
	if err != nil && !os.IsNotExist(err) {
		return "", fmt.Errorf("token: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	return initial, writePrivate(path, []byte(initial+"\n"))
}

// WriteTokenFile writes the API server's token file, one line for each user.
func WriteTokenFile(path string, users ...User) error {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	for _, user := range users {
		// Columns: token, name, uid, groups.
		if err := w.Write([]string{user.Token, user.Name, user.Name, strings.Join(user.Groups, ",")}); err != nil {
			return fmt.Errorf("token file: %w", err)
		}
	}
	w.Flush()
	return writePrivate(path, out.Bytes())
}
