package main

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
)

// The sizes of the three services' models.
const (
	smallBytes = 4_100_000
	largeBytes = 450_000_000
	// mediumBytes is the size of the fleet's second object.
	mediumBytes = 64_000_000
)

// objects holds the names of the objects, which are also files in folder.
type objects struct{ folder, small, medium, large, archive, zstd, signature string }

// makeObjects creates the missing objects. Their content is the same on every machine. With fleetOnly it leaves out
// those that a fleet does not download, which take longer.
func makeObjects(cache string, fleetOnly bool) (objects, error) {
	o := objects{folder: filepath.Join(cache, "objects"), small: "small.joblib",
		medium: "medium.bin", signature: "small.joblib.sig", large: "large.bin",
		archive: "finbert.tar.gz", zstd: "finbert.tar.zst"}
	if err := os.MkdirAll(o.folder, 0o755); err != nil {
		return o, err
	}
	for name, write := range map[string]func(io.Writer) error{
		o.small:   func(w io.Writer) error { return writeRandom(w, smallBytes) },
		o.medium:  func(w io.Writer) error { return writeRandom(w, mediumBytes) },
		o.large:   func(w io.Writer) error { return writeRandom(w, largeBytes) },
		o.archive: func(w io.Writer) error { return writeArchive(gzip.NewWriter(w)) },
		o.zstd: func(w io.Writer) error {
			compressor, err := zstd.NewWriter(w)
			if err != nil {
				return err
			}
			return writeArchive(compressor)
		},
	} {
		if fleetOnly && name != o.small && name != o.medium {
			continue
		}
		if err := writeOnce(filepath.Join(o.folder, name), write); err != nil {
			return o, err
		}
	}
	return o, nil
}

// writeOnce writes a file under a temporary name first, so that an interrupted run leaves no partial file.
func writeOnce(name string, write func(io.Writer) error) error {
	if _, err := os.Stat(name); err == nil {
		return nil
	}
	file, err := os.Create(name + ".part")
	if err != nil {
		return err
	}
	defer file.Close()
	if err := write(file); err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(name+".part", name)
}

func writeRandom(w io.Writer, n int64) error {
	_, err := io.CopyN(w, rand.NewChaCha8([32]byte{1}), n)
	return err
}

// writeArchive writes a tar archive of one file that compresses as weights do: the low bits of floats are noise, the
// high ones much alike. Compressed it is about largeBytes long. Use compress/gzip: klauspost's writer stores such data
// uncompressed, and extracting that would be a mere copy.
func writeArchive(compressor io.WriteCloser) error {
	const packedPercent, plainPercent = 94, 100 // size after and before gzip
	archive := tar.NewWriter(compressor)
	size := int64(largeBytes) * plainPercent / packedPercent &^ 3
	if err := archive.WriteHeader(&tar.Header{Name: "model.safetensors", Mode: 0o644, Size: size}); err != nil {
		return err
	}
	source, buffer := rand.NewChaCha8([32]byte{2}), make([]byte, 1<<20)
	for remaining := size; remaining > 0; remaining -= int64(len(buffer)) {
		buffer = buffer[:min(remaining, int64(len(buffer)))]
		_, _ = source.Read(buffer) // never fails
		for i := 3; i < len(buffer); i += 4 {
			buffer[i] = 0x3c | buffer[i]&0x83 // sign and exponent of small weights
		}
		if _, err := archive.Write(buffer); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), compressor.Close())
}
