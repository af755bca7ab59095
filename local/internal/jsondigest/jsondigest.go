// Package jsondigest has digests of values.
package jsondigest

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
)

// SHA256 returns the SHA-256 of a value as JSON, in hex. It is the same for equal values: encoding/json sorts the keys
// of maps.
func SHA256(value any) (string, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("digest: %w", err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(text)), nil
}
