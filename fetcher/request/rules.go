package request

import (
	"encoding/hex"
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Reserved is how the fetcher's own files in the model folder begin: its
// staging folder and its marker.
const Reserved = ".modelferry"

// check reports what is wrong with one artifact and normalises its digest.
// name says in messages where the artifact was given.
func (e *env) check(name string, cloud Cloud, a *Artifact) {
	switch {
	case a.Bucket == "" && cloud != "":
		e.fault("%s: no bucket", name)
	case strings.ContainsAny(a.Bucket, "/:\\ ") || !printable(a.Bucket):
		e.fault("%s: bucket %q: want the bucket's name alone", name, a.Bucket)
	}
	if fault := keyFault(a.Path); fault != "" && (cloud != "" || a.Path != "") {
		e.fault("%s: path %q: %s", name, a.Path, fault)
	}
	if fault := destFault(a.Dest); fault != "" {
		e.fault("%s: dest %q: %s", name, a.Dest, fault)
	}
	if a.SHA256 != "" {
		digest := strings.ToLower(a.SHA256)
		if raw, err := hex.DecodeString(digest); err != nil || len(raw) != 32 {
			e.fault("%s: sha256 %q: want 64 hex digits", name, a.SHA256)
		}
		a.SHA256 = digest
	}
	if a.Version != "" && cloud == GCS {
		if generation, err := strconv.ParseInt(a.Version, 10, 64); err != nil || generation <= 0 {
			e.fault("%s: version %q: want a GCS generation, a whole number", name, a.Version)
		}
	}
}

// keyFault says what is wrong with an object's key, or "".
func keyFault(key string) string {
	switch {
	case key == "":
		return "is empty: give the object's key in the bucket"
	case strings.HasPrefix(key, "/"):
		return "begins with a slash: keys are relative to the bucket"
	case strings.HasSuffix(key, "/"):
		return "names a folder: give an object"
	case len(key) > 1024:
		return "is longer than 1024 bytes"
	case path.Clean(key) != key, key == "..", strings.HasPrefix(key, "../"):
		return "is not clean: leave out empty, . and .. parts"
	case !printable(key):
		return "holds characters that cannot be printed"
	}
	return ""
}

// destFault says what is wrong with a place in the model folder, or "".
func destFault(dest string) string {
	switch {
	case dest == "":
		return "is empty: give a path relative to the model folder"
	case path.IsAbs(dest):
		return "is absolute: give a path relative to the model folder"
	case dest == "." || dest == ".." || strings.HasPrefix(dest, "../"):
		return "is not inside the model folder"
	case path.Clean(dest) != dest:
		return "is not clean: leave out empty, . and .. parts"
	case strings.HasPrefix(dest, Reserved):
		return "names beginning with " + Reserved + " are the fetcher's own"
	case !printable(dest):
		return "holds characters that cannot be printed"
	}
	for part := range strings.SplitSeq(dest, "/") {
		if len(part) > 255 { // NAME_MAX of every file system in use
			return "has a part longer than 255 bytes"
		}
	}
	return ""
}

// overlaps reports artifacts whose places are the same, or where one would
// have to be a folder for the other.
func (e *env) overlaps(names []string, artifacts []Artifact) {
	for i, a := range artifacts {
		for j, b := range artifacts[:i] {
			switch {
			case a.Dest == b.Dest:
				e.fault("%s: dest %q is that of %s too", names[i], a.Dest, names[j])
			case strings.HasPrefix(a.Dest, b.Dest+"/"):
				e.fault("%s: dest %q lies inside %q of %s", names[i], a.Dest, b.Dest, names[j])
			case strings.HasPrefix(b.Dest, a.Dest+"/"):
				e.fault("%s: dest %q lies inside %q of %s", names[j], b.Dest, a.Dest, names[i])
			}
		}
	}
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
