package request

import (
	"encoding/hex"
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ReservedPrefix begins the names of the staging folder and the marker file in the model folder.
const ReservedPrefix = ".modelferry"

// accessPointARN is the ARN of an access point of S3, Object Lambda or Outposts, or of a multi-region access point.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html
var accessPointARN = regexp.MustCompile(
	`^arn:[a-z0-9-]+:s3(-outposts|-object-lambda)?:[a-z0-9-]*:[0-9]{12}:(outpost[:/][a-z0-9-]+[:/])?accesspoint[:/][A-Za-z0-9.-]+$`)

// validateArtifact reports the problems of an artifact and changes its digest to lower case. name is where it was
// configured.
func (e *env) validateArtifact(name string, cloud Cloud, a *Artifact) {
	switch {
	case a.Bucket == "" && cloud != "":
		e.addError("%s: no bucket", name)
	case cloud == S3 && accessPointARN.MatchString(a.Bucket):
	case strings.ContainsAny(a.Bucket, "/:\\ ") || !isPrintable(a.Bucket):
		want := "a bucket name without scheme and path"
		if cloud == S3 {
			want += ", or the ARN of an access point"
		}
		e.addError("%s: invalid bucket %q: must be %s", name, a.Bucket, want)
	}
	if problem := keyProblem(a.Path); problem != "" && (cloud != "" || a.Path != "") {
		e.addError("%s: invalid path %q: %s", name, a.Path, problem)
	}
	if problem := destinationProblem(a.Dest); problem != "" {
		e.addError("%s: invalid dest %q: %s", name, a.Dest, problem)
	}
	if a.SHA256 != "" {
		digest := strings.ToLower(a.SHA256)
		if raw, err := hex.DecodeString(digest); err != nil || len(raw) != 32 {
			e.addError("%s: invalid sha256 %q: must be 64 hex digits", name, a.SHA256)
		}
		a.SHA256 = digest
	}
	if a.Version != "" && cloud == GCS {
		if generation, err := strconv.ParseInt(a.Version, 10, 64); err != nil || generation <= 0 {
			e.addError("%s: invalid version %q: must be a GCS generation, a positive whole number", name, a.Version)
		}
	}
}

// keyProblem returns what is wrong with an object's key, or "".
func keyProblem(key string) string {
	switch {
	case key == "":
		return "must be the object's key in the bucket"
	case strings.HasPrefix(key, "/"):
		return "must not begin with a slash"
	case strings.HasSuffix(key, "/"):
		return "must be an object, not a folder"
	case len(key) > 1024:
		return "must be at most 1024 bytes"
	case path.Clean(key) != key, key == "..", strings.HasPrefix(key, "../"):
		return "must not contain empty, . or .. parts"
	case hasControl(key):
		return "must not contain control characters"
	}
	return ""
}

// destinationProblem returns what is wrong with a path in the model folder, or "".
func destinationProblem(dest string) string {
	switch {
	case dest == "":
		return "must be a path relative to the model folder"
	case path.IsAbs(dest):
		return "must be relative to the model folder"
	case dest == "." || dest == ".." || strings.HasPrefix(dest, "../"):
		return "must be inside the model folder"
	case path.Clean(dest) != dest:
		return "must not contain empty, . or .. parts"
	case strings.HasPrefix(dest, ReservedPrefix):
		return "must not begin with " + ReservedPrefix + ", which is reserved"
	case hasControl(dest):
		return "must not contain control characters"
	}
	for part := range strings.SplitSeq(dest, "/") {
		if len(part) > 255 { // NAME_MAX
			return "must have parts of at most 255 bytes"
		}
	}
	return ""
}

// validateDestinations reports artifacts with the same destination, or with one inside the other.
func (e *env) validateDestinations(names []string, artifacts []Artifact) {
	for i, a := range artifacts {
		for j, b := range artifacts[:i] {
			switch {
			case a.Dest == b.Dest:
				e.addError("%s: invalid dest %q: already used by %s", names[i], a.Dest, names[j])
			case strings.HasPrefix(a.Dest, b.Dest+"/"):
				e.addError("%s: invalid dest %q: must not be inside %q of %s", names[i], a.Dest, b.Dest, names[j])
			case strings.HasPrefix(b.Dest, a.Dest+"/"):
				e.addError("%s: invalid dest %q: must not be inside %q of %s", names[j], b.Dest, a.Dest, names[i])
			}
		}
	}
}

// hasControl reports whether a name has a control character other than the tab, or is not UTF-8. All other characters
// are valid in keys and file names, also those that a reader does not see: messages quote them.
func hasControl(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\t' })
}

func isPrintable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
