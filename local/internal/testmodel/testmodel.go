// Package testmodel generates fake models and datasets. They have the sizes of the real ones and are the same on every
// machine, so that their digests can be pinned.
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

// FakeModel is an artifact of the local cloud.
type FakeModel struct {
	// Path of the object in its bucket. Its extension decides the format.
	Path string
	// Bytes is the size. For an archive, that of its files.
	Bytes int64
}

// Write writes a tar.gz with a transformer model's files if the path ends in .tar.gz or .tgz, otherwise incompressible
// bytes.
func (s FakeModel) Write(w io.Writer) error {
	if strings.HasSuffix(s.Path, ".tar.gz") || strings.HasSuffix(s.Path, ".tgz") {
		return s.writeArchive(w)
	}
	_, err := io.CopyN(w, s.randomStream(""), s.Bytes)
	return err
}

// modelFiles are the files of a transformer model, each with its share of the size.
var modelFiles = []struct {
	name  string
	share float64
}{
	{"config.json", 0.0001}, {"tokenizer_config.json", 0.0001}, {"vocab.txt", 0.0018},
	{"tokenizer.json", 0.002}, {"model.safetensors", 0.996},
}

func (s FakeModel) writeArchive(w io.Writer) error {
	compressed, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(compressed)
	for _, file := range modelFiles {
		size := int64(float64(s.Bytes) * file.share)
		if err := archive.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: file.name, Mode: 0o644, Size: size}); err != nil {
			return err
		}
		if _, err := io.CopyN(archive, s.randomStream(file.name), size); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return compressed.Close()
}

// randomStream is an endless stream that depends on the object's path and the part's name alone.
func (s FakeModel) randomStream(part string) io.Reader {
	seed := sha256.Sum256([]byte("modelferry stand-in " + path.Join(s.Path, part)))
	return bufio.NewReaderSize(&chachaReader{rand.NewChaCha8(seed)}, 1<<16)
}

type chachaReader struct{ source *rand.ChaCha8 }

func (w *chachaReader) Read(p []byte) (int, error) {
	n := len(p) &^ 7
	if n == 0 {
		return w.source.Read(p)
	}
	for i := 0; i < n; i += 8 {
		binary.LittleEndian.PutUint64(p[i:], w.source.Uint64())
	}
	return n, nil
}

// File is an artifact on disk.
type File struct {
	// Name of the file on disk.
	Name string
	// SHA256 in hexadecimal, and the size in bytes.
	SHA256 string
	Bytes  int64
}

// Save writes the fake model to a folder, unless an earlier run did, and returns it with its digest.
func (s FakeModel) Save(dir string) (File, error) {
	ext := fileExt(s.Path)
	stem := strings.ReplaceAll(strings.TrimSuffix(s.Path, ext), "/", "-")
	name := filepath.Join(dir, fmt.Sprintf("%s-%d%s", stem, s.Bytes, ext))
	if _, err := os.Stat(name); err == nil {
		return DescribeFile(name)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return File{}, err
	}
	next, err := os.CreateTemp(dir, "next-")
	if err != nil {
		return File{}, err
	}
	defer os.Remove(next.Name()) // does not exist any more after a success
	if err := s.Write(next); err != nil {
		return File{}, fmt.Errorf("fake model %s: %w", s.Path, err)
	}
	if err := next.Close(); err != nil {
		return File{}, fmt.Errorf("fake model %s: %w", s.Path, err)
	}
	if err := os.Rename(next.Name(), name); err != nil {
		return File{}, err
	}
	return DescribeFile(name)
}

// DescribeFile returns an artifact's digest and size.
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
