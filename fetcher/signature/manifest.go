package signature

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Manifest is what was signed: the digests of a model's files.
type Manifest struct {
	// Name is the signer's name of the model. It is informational.
	Name string
	// shardSize is the size of the parts of a file in bytes, or 0 if files are signed as a whole.
	shardSize     int64
	allowSymlinks bool
	ignorePaths   []string
	// digests are the SHA-256 in hex of the resources by name.
	digests map[string]string
}

// File is a file or a link of a model, to compare with a manifest.
type File struct {
	// Path is relative to the folder that has the model, with slashes.
	Path string
	// Digests are those of the content. A link has those of the file that it leads to.
	Digests Digests
	// IsLink is true for a symbolic link, and IsFolder for one that leads to a folder.
	IsLink, IsFolder bool
}

// defaultIgnored are the paths that are never signed.
// https://github.com/ossf/model-signing-spec/blob/main/spec/v1.0.md#62-path-exclusion
var defaultIgnored = []string{".git", ".gitignore", ".gitattributes", ".github"}

// manifestOfFile returns the manifest of one file with this SHA-256 in hex.
func manifestOfFile(sha256 string) *Manifest {
	return &Manifest{digests: map[string]string{".": sha256}}
}

// IsFile reports whether one file was signed as a whole: a model of one file, or a folder with one file in it.
func (m *Manifest) IsFile() bool { return m.shardSize == 0 && len(m.digests) == 1 }

// IsWhole reports whether files are signed with the SHA-256 of their whole content, not of parts.
func (m *Manifest) IsWhole() bool { return m.shardSize == 0 }

// VerifyFile compares a model of one file. Its name is not compared: a release may give it another one.
func (m *Manifest) VerifyFile(digests Digests) error {
	signed := ""
	for name := range m.digests {
		if m.shardSize > 0 {
			name, _ = m.fileOfShard(name) // checked by parseStatement
		}
		if strings.Contains(name, "/") || signed != "" && signed != name {
			return fmt.Errorf("the signature is of a folder with %d files or parts, not of one file", len(m.digests))
		}
		signed = name
	}
	return m.compare(m.resources(signed, digests))
}

// VerifyFiles compares a model of many files, such as the content of an archive: all signed ones are there with their
// content, and no others. It returns the paths of files that the signature says to ignore. They are not signed.
// alsoIgnored are further paths to ignore, relative to the model: the file of the signature.
//
// If all files are in one folder that no resource names, the model is that folder.
func (m *Manifest) VerifyFiles(files []File, alsoIgnored ...string) (ignored []string, err error) {
	root := m.root(files)
	patterns := slices.Concat(defaultIgnored, m.ignorePaths, alsoIgnored)
	actual := map[string]string{}
	for _, file := range files {
		name := strings.TrimPrefix(file.Path, root)
		switch {
		case slices.ContainsFunc(patterns, func(pattern string) bool { return name == pattern || strings.HasPrefix(name, pattern+"/") }):
			ignored = append(ignored, file.Path)
			continue
		case file.IsLink && !m.allowSymlinks:
			return nil, fmt.Errorf("%q is a symbolic link, which the signature does not allow", file.Path)
		case file.IsFolder: // the files of the folder are compared
			continue
		}
		maps.Copy(actual, m.resources(name, file.Digests))
	}
	return ignored, m.compare(actual)
}

// root returns the folder of the model with a slash at its end, or "".
func (m *Manifest) root(files []File) string {
	if len(files) == 0 {
		return ""
	}
	folder, _, inFolder := strings.Cut(files[0].Path, "/")
	folder += "/"
	isOutside := func(file File) bool { return !strings.HasPrefix(file.Path, folder) }
	if !inFolder || slices.ContainsFunc(files, isOutside) {
		return ""
	}
	for name := range m.digests {
		if strings.HasPrefix(name, folder) {
			return ""
		}
	}
	return folder
}

// resources returns the names and digests that the manifest has for a file.
func (m *Manifest) resources(name string, d Digests) map[string]string {
	if m.shardSize == 0 {
		return map[string]string{name: d.SHA256}
	}
	resources := map[string]string{}
	for i, digest := range d.Shards {
		from := int64(i) * m.shardSize
		resources[shardName(name, from, min(from+m.shardSize, d.Bytes))] = digest
	}
	return resources
}

// compare reports what differs from the signed digests.
func (m *Manifest) compare(actual map[string]string) error {
	var changed, missing, unsigned []string
	for name, digest := range m.digests {
		switch got, exists := actual[name]; {
		case !exists:
			missing = append(missing, name)
		case got != digest:
			changed = append(changed, name)
		}
	}
	for name := range actual {
		if m.digests[name] == "" {
			unsigned = append(unsigned, name)
		}
	}
	for _, problem := range []struct {
		names []string
		what  string
	}{{changed, "has other content than was signed"}, {missing, "was signed and is missing"}, {unsigned, "is not signed"}} {
		if n := len(problem.names); n > 0 {
			more := ""
			if n > 1 {
				more = fmt.Sprintf(" (and %d more)", n-1)
			}
			return fmt.Errorf("%q %s%s", slices.Min(problem.names), problem.what, more)
		}
	}
	return nil
}
