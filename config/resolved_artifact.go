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
	// File of the artifact, relative to the model folder; of an archive, the file that it would be.
	File string
	// IsFolder is whether everything below the path appears as a folder. Only with delivery csi.
	IsFolder bool
	// Unpacked is whether it is an archive that is extracted into the file's folder.
	Unpacked bool
	// SHA256 digest of the object in lower case, "" where it is not verified.
	SHA256 string
	// Version that is pinned, or "".
	Version string
	// Bytes that it takes in the pod, extracted.
	Bytes int64
}

// defaultUnpackRatio is the size of an archive's content, in sizes of the archive.
const defaultUnpackRatio = 4

// ResolveArtifact combines an artifact with its release.
func ResolveArtifact(name string, a Artifact, r ArtifactRelease) ResolvedArtifact {
	resolved := ResolvedArtifact{
		Artifact: a, Name: name, Path: r.Path, SHA256: strings.ToLower(r.SHA256), Version: r.Version, File: a.Dest,
	}
	if _, resolved.IsFolder = r.folderKey(); resolved.IsFolder {
		resolved.File = path.Clean(a.Dest)
	} else if a.isFolder() {
		resolved.File = path.Join(a.Dest, path.Base(r.Path))
	}
	resolved.Unpacked = a.Extract || isArchive(r.Path)
	// The rules call this before sizes are known to be valid: an invalid one counts as 0.
	resolved.Bytes, _ = ParseSize(r.Size)
	if resolved.Unpacked {
		resolved.Bytes *= defaultUnpackRatio
		if unpacked, err := ParseSize(r.UnpackedSize); err == nil {
			resolved.Bytes = unpacked
		}
	}
	return resolved
}

// ServerPath returns where the model server finds the artifact, relative to
// the model folder: its file, or the directory of several files.
func (a ResolvedArtifact) ServerPath() string {
	if !a.IsFolder && (a.Unpacked || a.isFolder()) {
		return path.Dir(a.File)
	}
	return a.File
}

func isArchive(path string) bool {
	for _, suffix := range []string{".tar.gz", ".tgz", ".tar", ".tar.zst"} {
		if strings.HasSuffix(strings.ToLower(path), suffix) {
			return true
		}
	}
	return false
}
