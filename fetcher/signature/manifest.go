package signature

import (
	"fmt"
	"iter"
	"maps"
	"path"
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
	// IsLink is true for a symbolic link, and IsFolder for a folder, or a link that leads to one.
	IsLink, IsFolder bool
	// Through has the paths that a link leads through: its own, that of the file or folder it leads to, and all between.
	Through iter.Seq[string]
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
// content, and no others. It returns the paths of files and folders that the signature says to ignore. They are not
// signed. alsoIgnored are further paths to ignore, relative to the model: the file of the signature.
//
// Folders have no signature: an empty one beside the signed files is accepted. A link is a file with the content that
// it leads to, if the signature allows links and it leads through nothing that is ignored. A link to a folder is
// refused, because signers do not follow it. So is an empty file if files are signed in parts, because it has none.
//
// If all files are in one folder that no resource names, the model is that folder.
func (m *Manifest) VerifyFiles(files []File, alsoIgnored ...string) (ignored []string, err error) {
	root := m.root(files)
	patterns := set(slices.Concat(defaultIgnored, m.ignorePaths, alsoIgnored))
	actual, kept := map[string]string{}, map[string]bool{}
	for _, file := range files {
		if name := strings.TrimPrefix(file.Path, root); containsPath(patterns, name) {
			ignored = append(ignored, file.Path)
			continue
		}
		for at := file.Path; at != "." && !kept[at]; at = path.Dir(at) {
			kept[at] = true
		}
	}
	dropped := set(ignored)
	for _, file := range files {
		if dropped[file.Path] || file.IsFolder && !file.IsLink {
			continue
		}
		if err := m.checkKind(file, kept); err != nil {
			return nil, err
		}
		maps.Copy(actual, m.resources(strings.TrimPrefix(file.Path, root), file.Digests))
	}
	return ignored, m.compare(actual)
}

// checkKind refuses a file that the signature cannot be of. kept are the paths that will be published.
func (m *Manifest) checkKind(file File, kept map[string]bool) error {
	switch {
	case file.IsLink && !m.allowSymlinks:
		return fmt.Errorf("%q is a symbolic link, which the signature does not allow", file.Path)
	case file.IsFolder:
		return fmt.Errorf("%q is a link to a folder, which no signature is of: put the files in its place", file.Path)
	case m.shardSize > 0 && file.Digests.Bytes == 0:
		return fmt.Errorf("%q is empty, and a signature of parts of files is of no empty file: sign whole files", file.Path)
	case !file.IsLink:
		return nil
	}
	for name := range file.Through {
		if !kept[name] {
			return fmt.Errorf("%q is a link through %q, which the signature says to ignore", file.Path, name)
		}
	}
	return nil
}

// containsPath reports whether the set has a path or a folder that it is in.
func containsPath(paths map[string]bool, name string) bool {
	for ; name != "." && name != "/"; name = path.Dir(name) {
		if paths[name] {
			return true
		}
	}
	return false
}

func set(names []string) map[string]bool {
	result := make(map[string]bool, len(names))
	for _, name := range names {
		result[name] = true
	}
	return result
}

// root returns the folder of the model with a slash at its end, or "".
func (m *Manifest) root(files []File) string {
	root := ""
	for _, file := range files {
		folder, _, inFolder := strings.Cut(file.Path, "/")
		switch folder += "/"; {
		case file.IsFolder && !file.IsLink:
		case !inFolder || root != "" && folder != root:
			return ""
		default:
			root = folder
		}
	}
	for name := range m.digests {
		if strings.HasPrefix(name, root) {
			return ""
		}
	}
	return root
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
