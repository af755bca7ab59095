package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
)

// stateFile returns the file with the state of the only stack in a file backend.
func stateFile(backendDir string) (string, error) {
	files, err := filepath.Glob(filepath.Join(backendDir, ".pulumi", "stacks", "*", "*.json"))
	if err != nil {
		return "", fmt.Errorf("stack state: %w", err)
	}
	if len(files) != 1 {
		return "", fmt.Errorf("stack state: %d files in %s, expected 1", len(files), backendDir)
	}
	return files[0], nil
}

// withoutProtection returns the content of a state file with no protected resource.
func withoutProtection(content []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	var file map[string]any
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Errorf("stack state: %w", err)
	}
	checkpoint, _ := file["checkpoint"].(map[string]any)
	latest, _ := checkpoint["latest"].(map[string]any)
	resources, _ := latest["resources"].([]any)
	for _, resource := range resources {
		if fields, ok := resource.(map[string]any); ok {
			delete(fields, "protect")
		}
	}
	return json.Marshal(file)
}
