package pack

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// entry is a file, a folder or a symbolic link.
type entry struct {
	// name is relative to the folder and slash-separated.
	name string
	mode fs.FileMode
	// size of a file in bytes.
	size int64
	// link is the target of a symbolic link.
	link string
}

func (e entry) isFolder() bool { return e.mode.IsDir() }

// maxName is Linux's limit for a part of a path, in bytes, which the fetcher enforces.
const maxName = 255

// walk returns the entries of a folder, sorted in each folder. Nothing outside the folder is read.
func walk(ctx context.Context, root *os.Root) ([]entry, error) {
	var entries []entry
	err := fs.WalkDir(root.FS(), ".", func(name string, dirEntry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case name == ".":
			return nil
		}
		info, err := dirEntry.Info()
		if err != nil {
			return err
		}
		e := entry{name: name, mode: info.Mode()}
		switch {
		case !utf8.ValidString(name) || len(path.Base(name)) > maxName:
			return unsupported(name, "its name is not valid: must be UTF-8 of at most %d bytes", maxName)
		case e.isFolder():
		case e.mode&fs.ModeSymlink != 0:
			if e.link, err = root.Readlink(name); err != nil {
				return err
			}
			e.link = filepath.ToSlash(e.link)
		case !e.mode.IsRegular():
			return unsupported(name, "it is %s: only files, folders and symbolic links can be packed", describe(e.mode))
		default:
			if isAppleDouble, err := isAppleDouble(root, name); err != nil || isAppleDouble {
				return err
			}
			e.size = info.Size()
		}
		entries = append(entries, e)
		return nil
	})
	return entries, err
}

func describe(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "of the type " + mode.Type().String()
}

// appleDoubleMagic begins the files ._NAME with the extended attributes of macOS, which the fetcher leaves out.
// https://datatracker.ietf.org/doc/html/rfc1740#appendix-B
var appleDoubleMagic = []byte{0x00, 0x05, 0x16, 0x07}

func isAppleDouble(root *os.Root, name string) (bool, error) {
	if !strings.HasPrefix(path.Base(name), "._") {
		return false, nil
	}
	file, err := root.Open(name)
	if err != nil {
		return false, err
	}
	defer file.Close()
	magic := make([]byte, len(appleDoubleMagic))
	_, err = io.ReadFull(file, magic)
	return err == nil && bytes.Equal(magic, appleDoubleMagic), nil
}

func unsupported(name, format string, args ...any) error {
	return fmt.Errorf("%w: %q: %s", ErrUnsupported, name, fmt.Sprintf(format, args...))
}
