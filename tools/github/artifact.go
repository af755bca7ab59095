package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// maxFile limits what is read of a file, in bytes.
const maxFile = 1 << 20

// number is that of a pull request. Its length keeps it far from an overflow.
var number = regexp.MustCompile(`^[1-9][0-9]{0,9}$`)

// readNumber returns the number of a pull request. The job that wrote the file ran the code of the pull request,
// perhaps of a fork, so its content is untrusted.
func readNumber(file string) (int, error) {
	text, err := readRegular(file, 64)
	if err != nil {
		return 0, err
	}
	digits := strings.TrimSpace(text)
	if !number.MatchString(digits) {
		return 0, fmt.Errorf("invalid number of a pull request in %s: %q: must be digits", file, digits)
	}
	return strconv.Atoi(digits)
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
