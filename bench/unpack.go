package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/modelferry/modelferry/fetcher/archive"
)

// unpack extracts a local file with the fetcher's package, to measure the fetcher without the network.
func unpack(ctx context.Context, name, folder string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	if _, err := archive.Extract(ctx, file, root, archive.Limits{}); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// digest returns a file's SHA-256 in hex. If the file cannot be read, it returns the error's text, which fails the run
// that uses it as MODEL_SHA256.
func digest(name string) string {
	hash := sha256.New()
	file, err := os.Open(name)
	if err == nil {
		defer file.Close()
		_, err = io.Copy(hash, file)
	}
	if err != nil {
		return err.Error()
	}
	return hex.EncodeToString(hash.Sum(nil))
}

func replaceTarget(values []string, folder string) []string {
	replaced := make([]string, len(values))
	for i, text := range values {
		replaced[i] = strings.ReplaceAll(text, targetPlaceholder, folder)
	}
	return replaced
}
