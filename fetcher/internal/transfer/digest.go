package transfer

// Digest holds the checksums that were computed from an object's content.
type Digest struct {
	// SHA256 is in hex; empty if it was not requested.
	SHA256 string
	// CRC is computed with the algorithm of the object's checksum; meaningless if it has none.
	CRC uint64
}
