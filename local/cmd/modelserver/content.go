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

// markerName is the file that the fetcher writes last, with a record of what it fetched. It is not content.
const markerName = ".modelferry"

// errEmpty means that a path exists but is empty.
var errEmpty = errors.New("is empty")

// checkPresent returns nil if path is a non-empty file, or a folder with such a file at any depth.
func checkPresent(path string) error {
	err := walk(path, func(string, fs.FileInfo) error { return fs.SkipAll })
	if errors.Is(err, errEmpty) {
		return fmt.Errorf("%s: %w", path, err)
	}
	return err
}

// content describes the content of a path.
type content struct {
	bytes int64
	// sha256 is the digest of a file. For a folder it is the digest of its listing: one line "DIGEST
	// RELATIVE/PATH" for each file, sorted, as sha256sum prints it.
	sha256 string
}

// readContent reads a file, or all files of a folder.
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

// walk visits the non-empty files at or below path, sorted by name. It returns errEmpty if there are none.
func walk(path string, visit func(string, fs.FileInfo) error) error {
	// The path may be a symlink, which WalkDir does not follow.
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
