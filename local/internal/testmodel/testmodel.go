// Package testmodel generates fake models and datasets with the sizes of the real ones. They are the same on every
// machine, so their digests do not change.
package testmodel

import (
	"archive/tar"
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// FakeModel is a generated artifact.
type FakeModel struct {
	// Path is the path of the object in its bucket. The extension determines the format.
	Path string
	// Bytes is the size, for an archive the total size of its files.
	Bytes int64
}

// Write writes the content: incompressible bytes, or, if the path ends in .tar.gz or .tgz, an archive with the files of
// a transformer model.
func (m FakeModel) Write(w io.Writer) error {
	if strings.HasSuffix(m.Path, ".tar.gz") || strings.HasSuffix(m.Path, ".tgz") {
		return m.writeArchive(w)
	}
	_, err := io.CopyN(w, m.randomStream(""), m.Bytes)
	return err
}

// modelFiles are the files of a transformer model, with their shares of the size.
var modelFiles = []struct {
	name  string
	share float64
}{
	{"config.json", 0.0001}, {"tokenizer_config.json", 0.0001}, {"vocab.txt", 0.0018},
	{"tokenizer.json", 0.002}, {"model.safetensors", 0.996},
}

func (m FakeModel) writeArchive(w io.Writer) error {
	compressed, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(compressed)
	for _, file := range modelFiles {
		size := int64(float64(m.Bytes) * file.share)
		if err := archive.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: file.name, Mode: 0o644, Size: size}); err != nil {
			return err
		}
		if _, err := io.CopyN(archive, m.randomStream(file.name), size); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return compressed.Close()
}

// randomStream returns an endless stream of bytes that depend on the object's path and the part only.
func (m FakeModel) randomStream(part string) io.Reader {
	// Another prefix would change the digests of all artifacts.
	seed := sha256.Sum256([]byte("modelferry stand-in " + path.Join(m.Path, part)))
	return bufio.NewReaderSize(&chachaReader{rand.NewChaCha8(seed)}, 1<<16)
}

type chachaReader struct{ source *rand.ChaCha8 }

func (r *chachaReader) Read(p []byte) (int, error) {
	n := len(p) &^ 7
	if n == 0 {
		return r.source.Read(p)
	}
	for i := 0; i < n; i += 8 {
		binary.LittleEndian.PutUint64(p[i:], r.source.Uint64())
	}
	return n, nil
}

// File is an artifact on disk.
type File struct {
	// Name is the path of the file on disk.
	Name string
	// SHA256 is in hex.
	SHA256 string
	Bytes  int64
}

// Save writes the fake model to a file in a folder, unless the file exists, and returns the file with its digest.
func (m FakeModel) Save(dir string) (File, error) {
	ext := fileExt(m.Path)
	base := strings.ReplaceAll(strings.TrimSuffix(m.Path, ext), "/", "-")
	name := filepath.Join(dir, fmt.Sprintf("%s-%d%s", base, m.Bytes, ext))
	if _, err := os.Stat(name); err == nil {
		return DescribeFile(name)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return File{}, err
	}
	temporary, err := os.CreateTemp(dir, "next-")
	if err != nil {
		return File{}, err
	}
	defer os.Remove(temporary.Name()) // fails after the rename
	if err := m.Write(temporary); err != nil {
		return File{}, fmt.Errorf("fake model %s: %w", m.Path, err)
	}
	if err := temporary.Close(); err != nil {
		return File{}, fmt.Errorf("fake model %s: %w", m.Path, err)
	}
	if err := os.Rename(temporary.Name(), name); err != nil {
		return File{}, err
	}
	return DescribeFile(name)
}

// DescribeFile returns a file's digest and size.
func DescribeFile(name string) (File, error) {
	file, err := os.Open(name)
	if err != nil {
		return File{}, err
	}
	defer file.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, file)
	if err != nil {
		return File{}, fmt.Errorf("digest of %s: %w", name, err)
	}
	return File{Name: name, SHA256: fmt.Sprintf("%x", sum.Sum(nil)), Bytes: n}, nil
}

func fileExt(name string) string {
	if base, ok := strings.CutSuffix(name, ".gz"); ok {
		return filepath.Ext(base) + ".gz"
	}
	return filepath.Ext(name)
}
