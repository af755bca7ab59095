package transfer

// Digest is what an object's bytes came to.
type Digest struct {
	// SHA256 is in hex; empty when it was not asked for.
	SHA256 string
	// CRC is by the algorithm of the object's own checksum; of no meaning where
	// it has none.
	CRC uint64
}
