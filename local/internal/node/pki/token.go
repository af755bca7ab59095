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

// User is who a bearer token stands for.
type User struct {
	Name   string
	Groups []string
	Token  string
}

// NewToken makes a bearer token or a secret key: letters and digits that carry at least 128 bits of chance.
func NewToken() string { return rand.Text() }

// LoadOrCreate returns the token in the file, and writes fresh there when there is none, so that what somebody
// configured with the token survives a restart.
func LoadOrCreate(path, fresh string) (string, error) {
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
	return fresh, writePrivate(path, []byte(fresh+"\n"))
}

// WriteTokenFile writes the API server's token file: one user a line.
func WriteTokenFile(path string, users ...User) error {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	for _, user := range users {
		// token, name, uid, groups
		if err := w.Write([]string{user.Token, user.Name, user.Name, strings.Join(user.Groups, ",")}); err != nil {
			return fmt.Errorf("token file: %w", err)
		}
	}
	w.Flush()
	return writePrivate(path, out.Bytes())
}
