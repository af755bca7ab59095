package examples

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Request returns the body of a request for a prediction of a service, on one line. root is the repository's folder.
func Request(root, service string) (string, error) {
	content, err := os.ReadFile(filepath.Join(root, "examples", service, "request.json"))
	if err != nil {
		return "", fmt.Errorf("request to %s: %w", service, err)
	}
	var line bytes.Buffer
	if err := json.Compact(&line, content); err != nil {
		return "", fmt.Errorf("request to %s: %w", service, err)
	}
	return line.String(), nil
}
