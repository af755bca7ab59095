package request

import (
	"encoding/hex"
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ReservedPrefix is how the fetcher's own files in the model folder begin: its
// staging folder and its marker.
const ReservedPrefix = ".modelferry"

// validateArtifact reports what is wrong with one artifact and normalises its digest.
// name says in messages where the artifact was given.
func (e *env) validateArtifact(name string, cloud Cloud, a *Artifact) {
	switch {
	case a.Bucket == "" && cloud != "":
		e.addError("%s: no bucket", name)
	case strings.ContainsAny(a.Bucket, "/:\\ ") || !isPrintable(a.Bucket):
		e.addError("%s: bucket %q: want the bucket's name alone", name, a.Bucket)
	}
	if problem := keyProblem(a.Path); problem != "" && (cloud != "" || a.Path != "") {
		e.addError("%s: path %q: %s", name, a.Path, problem)
	}
	if problem := destinationProblem(a.Dest); problem != "" {
		e.addError("%s: dest %q: %s", name, a.Dest, problem)
	}
	if a.SHA256 != "" {
		digest := strings.ToLower(a.SHA256)
		if raw, err := hex.DecodeString(digest); err != nil || len(raw) != 32 {
			e.addError("%s: sha256 %q: want 64 hex digits", name, a.SHA256)
		}
		a.SHA256 = digest
	}
	if a.Version != "" && cloud == GCS {
		if generation, err := strconv.ParseInt(a.Version, 10, 64); err != nil || generation <= 0 {
			e.addError("%s: version %q: want a GCS generation, a whole number", name, a.Version)
		}
	}
}

// keyProblem says what is wrong with an object's key, or "".
func keyProblem(key string) string {
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
	case !isPrintable(key):
		return "holds characters that cannot be printed"
	}
	return ""
}

// destinationProblem says what is wrong with a place in the model folder, or "".
func destinationProblem(dest string) string {
	switch {
	case dest == "":
		return "is empty: give a path relative to the model folder"
	case path.IsAbs(dest):
		return "is absolute: give a path relative to the model folder"
	case dest == "." || dest == ".." || strings.HasPrefix(dest, "../"):
		return "is not inside the model folder"
	case path.Clean(dest) != dest:
		return "is not clean: leave out empty, . and .. parts"
	case strings.HasPrefix(dest, ReservedPrefix):
		return "names beginning with " + ReservedPrefix + " are the fetcher's own"
	case !isPrintable(dest):
		return "holds characters that cannot be printed"
	}
	for part := range strings.SplitSeq(dest, "/") {
		if len(part) > 255 { // NAME_MAX of every file system in use
			return "has a part longer than 255 bytes"
		}
	}
	return ""
}

// validateDestinations reports artifacts whose places are the same, or where one would
// have to be a folder for the other.
func (e *env) validateDestinations(names []string, artifacts []Artifact) {
	for i, a := range artifacts {
		for j, b := range artifacts[:i] {
			switch {
			case a.Dest == b.Dest:
				e.addError("%s: dest %q is that of %s too", names[i], a.Dest, names[j])
			case strings.HasPrefix(a.Dest, b.Dest+"/"):
				e.addError("%s: dest %q lies inside %q of %s", names[i], a.Dest, b.Dest, names[j])
			case strings.HasPrefix(b.Dest, a.Dest+"/"):
				e.addError("%s: dest %q lies inside %q of %s", names[j], b.Dest, a.Dest, names[i])
			}
		}
	}
}

func isPrintable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
