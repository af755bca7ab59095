package debianimage

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"os"
	"os/exec"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/klauspost/compress/gzip"

	"github.com/modelferry/modelferry/local/internal/buildcache"
)

// Layer is a compressed layer in a file. Its digests are in a file beside it, because computing them takes seconds.
type Layer struct {
	file   string
	record Record
}

var _ v1.Layer = (*Layer)(nil)

// Record has the digests and the size of a layer.
type Record struct {
	Digest, DiffID v1.Hash
	// Bytes is the size of the compressed layer.
	Bytes int64
}

// Record returns the digests and the size.
func (l *Layer) Record() Record { return l.record }

// Digest is that of the compressed layer.
func (l *Layer) Digest() (v1.Hash, error) { return l.record.Digest, nil }

// DiffID is the digest of the uncompressed layer.
func (l *Layer) DiffID() (v1.Hash, error) { return l.record.DiffID, nil }

// Size is that of the compressed layer in bytes.
func (l *Layer) Size() (int64, error) { return l.record.Bytes, nil }

// MediaType is that of an OCI layer compressed with gzip.
func (l *Layer) MediaType() (types.MediaType, error) { return types.OCILayer, nil }

// Compressed opens the layer.
func (l *Layer) Compressed() (io.ReadCloser, error) { return os.Open(l.file) }

// Uncompressed opens the layer as a tar archive.
func (l *Layer) Uncompressed() (io.ReadCloser, error) {
	file, err := os.Open(l.file)
	if err != nil {
		return nil, err
	}
	content, err := gzip.NewReader(file)
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("layer %s: %w", l.file, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{content, file}, nil
}

// Unpack unpacks the layer into an existing folder, with the owners and modes of its files. It needs root.
func (l *Layer) Unpack(ctx context.Context, dir string) error {
	args := []string{"--extract", "--gzip", "--same-owner", "--preserve-permissions", "--file", l.file, "--directory", dir}
	if output, err := exec.CommandContext(ctx, "tar", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("unpack layer %s: %w: %s", l.file, err, output)
	}
	return nil
}

func recordName(name string) string { return name + ".json" }

// openLayer opens a layer of the cache. A layer without a record that fits is none.
func openLayer(cache *buildcache.Cache, name string) (layer *Layer, ok bool) {
	content, err := os.ReadFile(cache.Path(recordName(name)))
	if err != nil {
		return nil, false
	}
	layer = &Layer{file: cache.Path(name)}
	if err := json.Unmarshal(content, &layer.record); err != nil {
		return nil, false
	}
	info, err := os.Stat(layer.file)
	return layer, err == nil && info.Size() == layer.record.Bytes
}

// writeLayer writes the files of the packages to a layer of the cache. The record is written last.
func writeLayer(ctx context.Context, cache *buildcache.Cache, name string, s Spec, debs []string) (*Layer, error) {
	layer := &Layer{file: cache.Path(name)}
	err := cache.WriteFile(name, func(out io.Writer) error {
		compressed, uncompressed := sha256.New(), sha256.New()
		zip := gzip.NewWriter(io.MultiWriter(out, compressed))
		if err := writeTar(ctx, io.MultiWriter(zip, uncompressed), s, debs); err != nil {
			return err
		}
		if err := zip.Close(); err != nil {
			return err
		}
		layer.record = Record{Digest: sum(compressed), DiffID: sum(uncompressed)}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("layer of Debian packages: %w", err)
	}
	info, err := os.Stat(layer.file)
	if err != nil {
		return nil, fmt.Errorf("layer of Debian packages: %w", err)
	}
	layer.record.Bytes = info.Size()
	err = cache.WriteFile(recordName(name), func(out io.Writer) error { return json.NewEncoder(out).Encode(layer.record) })
	if err != nil {
		return nil, fmt.Errorf("layer of Debian packages: %w", err)
	}
	return layer, nil
}

func sum(h hash.Hash) v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: fmt.Sprintf("%x", h.Sum(nil))}
}
