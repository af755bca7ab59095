package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// maxFile limits what is read of a file, in bytes.
const maxFile = 1 << 20

var (
	planFolder = regexp.MustCompile(`^plan-[a-z0-9][a-z0-9-]{0,39}$`)
	// number is that of a pull request. Its length keeps it far from an overflow.
	number = regexp.MustCompile(`^[1-9][0-9]{0,9}$`)
)

// readNumber returns the number of the pull request that the plans in the folders plan-STACK belong to. The jobs that
// wrote them ran the code of the pull request, perhaps of a fork, so their content is untrusted.
func readNumber(dir string) (int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	pull := 0
	for _, entry := range entries {
		if !planFolder.MatchString(entry.Name()) || !entry.IsDir() {
			continue
		}
		text, err := readRegular(filepath.Join(dir, entry.Name(), "number"), 64)
		if err != nil {
			return 0, err
		}
		digits := strings.TrimSpace(text)
		if !number.MatchString(digits) {
			return 0, fmt.Errorf("invalid number of a pull request in %s/%s: %q: must be digits", dir, entry.Name(), digits)
		}
		n, err := strconv.Atoi(digits)
		if err != nil {
			return 0, err
		}
		if pull != 0 && n != pull {
			return 0, fmt.Errorf("the plans in %s are of two pull requests, %d and %d", dir, pull, n)
		}
		pull = n
	}
	if pull == 0 {
		return 0, fmt.Errorf("no plan in %s: expected folders plan-STACK with a file number", dir)
	}
	return pull, nil
}

// readRegular returns the first bytes of a file. It follows no symbolic link and opens no device.
func readRegular(file string, limit int64) (string, error) {
	info, err := os.Lstat(file)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", errors.New(file + " is not a regular file")
	}
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limit))
	return string(text), err
}
