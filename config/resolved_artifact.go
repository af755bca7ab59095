package config

import (
	"path"
	"strings"
)

// ResolvedArtifact is an artifact in its released version.
type ResolvedArtifact struct {
	Artifact
	// Name of the artifact in the config.
	Name string
	// Path of the object in its bucket.
	Path string
	// Path of the file, relative to the model folder. For an archive, the path that it would have if it were not
	// extracted.
	File string
	// IsFolder means that the path is a folder, whose objects the pod sees as a directory. Only with delivery csi.
	IsFolder bool
	// Unpacked means that the artifact is an archive, and is extracted into the directory of File.
	Unpacked bool
	// SHA-256 digest of the object in lower case, or "" if it is not verified.
	SHA256 string
	// Pinned version, or "".
	Version string
	// Signature that the object must have, with its signer, or nil.
	Signature *Signature
	// Size in the pod in bytes, after extraction.
	Bytes int64
}

// defaultUnpackRatio is the assumed ratio of the size of an archive's content to the size of the archive.
const defaultUnpackRatio = 4

// ResolveArtifact combines an artifact with its released version.
func ResolveArtifact(name string, a Artifact, r ArtifactRelease) ResolvedArtifact {
	resolved := ResolvedArtifact{
		Artifact: a, Name: name, Path: r.Path, SHA256: strings.ToLower(r.SHA256), Version: r.Version, File: a.Dest,
	}
	if _, resolved.IsFolder = r.folderKey(); resolved.IsFolder {
		resolved.File = path.Clean(a.Dest)
	} else if a.destIsDir() {
		resolved.File = path.Join(a.Dest, path.Base(r.Path))
	}
	resolved.Unpacked = isArchive(r.Path)
	if a.Extract != nil {
		resolved.Unpacked = *a.Extract
	}
	// The rules call ResolveArtifact before they check sizes. An invalid size counts as 0.
	resolved.Bytes, _ = ParseSize(r.Size)
	if resolved.Unpacked {
		resolved.Bytes *= defaultUnpackRatio
		if unpacked, err := ParseSize(r.UnpackedSize); err == nil {
			resolved.Bytes = unpacked
		}
	}
	return resolved
}

// ServerPath returns the path of the artifact for the model server, relative to the model folder. It is a directory for
// an archive, a folder, or a dest that ends in /.
func (a ResolvedArtifact) ServerPath() string {
	if !a.IsFolder && (a.Unpacked || a.destIsDir()) {
		return path.Dir(a.File)
	}
	return a.File
}

// ExtractSetting returns the value of the fetcher's setting "extract": true for an archive, false for one that stays
// packed, and nil for another file, which the fetcher does not extract by itself.
func (a ResolvedArtifact) ExtractSetting() *bool {
	if !a.Unpacked && !isArchive(a.Path) {
		return nil
	}
	return &a.Unpacked
}

func isArchive(path string) bool {
	for _, suffix := range []string{".tar.gz", ".tgz", ".tar", ".tar.zst"} {
		if strings.HasSuffix(strings.ToLower(path), suffix) {
			return true
		}
	}
	return false
}
