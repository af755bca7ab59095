package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// markerName is the file that the fetcher writes last. It says what was fetched, and is itself no content.
const markerName = ".modelferry.json"

// errEmpty is that a path is there and holds nothing.
var errEmpty = errors.New("is empty")

// checkPresent is nil when path is a file with content, or a folder with such a file somewhere in it.
func checkPresent(path string) error {
	err := walk(path, func(string, fs.FileInfo) error { return fs.SkipAll })
	if errors.Is(err, errEmpty) {
		return fmt.Errorf("%s: %w", path, err)
	}
	return err
}

// content is what a path holds.
type content struct {
	bytes int64
	// sha256 is a file's digest; a folder's is that of its listing: a line "DIGEST  RELATIVE/PATH" a file, in
	// order, as sha256sum prints it.
	sha256 string
}

// readContent reads a file or a folder whole.
func readContent(path string) (content, error) {
	root, err := os.Stat(path)
	if err != nil {
		return content{}, err
	}
	if !root.IsDir() {
		sum, err := digest(path)
		return content{bytes: root.Size(), sha256: sum}, err
	}
	var bytes int64
	listing := sha256.New()
	err = walk(path, func(file string, info fs.FileInfo) error {
		sum, err := digest(file)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(path, file)
		if err != nil {
			return err
		}
		bytes += info.Size()
		_, err = fmt.Fprintf(listing, "%s  %s\n", sum, filepath.ToSlash(relative))
		return err
	})
	return content{bytes: bytes, sha256: hex.EncodeToString(listing.Sum(nil))}, err
}

// walk visits the files with content at or below path, in the order of their names; errEmpty when there is none.
func walk(path string, visit func(string, fs.FileInfo) error) error {
	// The path itself may be a link, which WalkDir would not follow.
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	hasContent := false
	err = filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || entry.Name() == markerName {
			return err
		}
		info, err := entry.Info()
		if err != nil || info.Size() == 0 {
			return err
		}
		hasContent = true
		return visit(file, info)
	})
	if err == nil && !hasContent {
		return errEmpty
	}
	return err
}

func digest(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
