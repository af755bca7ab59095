package transfer

import "github.com/modelferry/modelferry/fetcher/crc"

// Digest is what an object's bytes came to.
type Digest struct {
	// SHA256 is in hex; empty when it was not asked for.
	SHA256 string
	// CRC is by the algorithm of the object's own checksum: 0 without one.
	CRC uint64
}

// combine puts the ranges' checksums together, in their order.
func combine(algorithm crc.Algorithm, parts []span, sums []uint64) uint64 {
	var whole uint64
	for i, s := range parts {
		whole = algorithm.Combine(whole, sums[i], s.length)
	}
	return whole
}
