package signature

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"slices"
)

// Digests are the digests of a file's content.
type Digests struct {
	// Bytes is the size of the file.
	Bytes int64
	// SHA256 is that of the whole content in hex, for a manifest of files.
	SHA256 string
	// Shards are the SHA-256 of its parts, for a manifest of shards.
	Shards []string
}

// Hash computes the digests of one file that the manifest compares. The caller writes the content to it.
type Hash struct {
	shardSize int64
	part      hash.Hash
	digests   Digests
}

// NewHash returns a hash without content.
func (m *Manifest) NewHash() *Hash { return &Hash{shardSize: m.shardSize, part: sha256.New()} }

// Write adds content. It never fails.
func (h *Hash) Write(content []byte) (int, error) {
	written := len(content)
	for h.shardSize > 0 && int64(len(content)) >= h.missing() {
		n := h.missing()
		h.part.Write(content[:n])
		h.digests.Bytes += n
		h.digests.Shards = append(h.digests.Shards, hex.EncodeToString(h.part.Sum(nil)))
		h.part.Reset()
		content = content[n:]
	}
	h.part.Write(content)
	h.digests.Bytes += int64(len(content))
	return written, nil
}

// missing returns how many bytes the current shard lacks.
func (h *Hash) missing() int64 { return h.shardSize - h.digests.Bytes%h.shardSize }

// Digests returns the digests of the content so far.
func (h *Hash) Digests() Digests {
	digests := h.digests
	if h.shardSize == 0 {
		digests.SHA256 = hex.EncodeToString(h.part.Sum(nil))
	} else if h.digests.Bytes%h.shardSize > 0 {
		digests.Shards = append(slices.Clone(digests.Shards), hex.EncodeToString(h.part.Sum(nil)))
	}
	return digests
}
