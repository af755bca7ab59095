// Package crc computes the checksums that object stores report, from ranges that are read in any order: the checksum of
// two parts together is computed from their checksums and the length of the second part.
package crc

import (
	"encoding/base64"
	"fmt"
	"hash/crc32"

	"github.com/minio/crc64nvme"
)

// Algorithm is a checksum algorithm.
type Algorithm string

// The algorithms by their names in the S3 API. GCS has CRC32C.
const (
	CRC32     Algorithm = "CRC32"
	CRC32C    Algorithm = "CRC32C"
	CRC64NVME Algorithm = "CRC64NVME"
)

// Checksum is a store's checksum of a whole object. The zero value means that there is none.
type Checksum struct {
	Algorithm Algorithm
	Value     uint64
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Decode parses a checksum in the form of S3 and GCS: base64 of the big-endian value.
func Decode(algorithm Algorithm, text string) (Checksum, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) != fields[algorithm].bytes || len(raw) == 0 {
		return Checksum{}, fmt.Errorf("invalid %s checksum %q", algorithm, text)
	}
	checksum := Checksum{Algorithm: algorithm}
	for _, b := range raw {
		checksum.Value = checksum.Value<<8 | uint64(b)
	}
	return checksum, nil
}

// Known reports whether there is a checksum.
func (c Checksum) Known() bool { return c.Algorithm != "" }

// String returns the algorithm and the value in hex.
func (c Checksum) String() string {
	return fmt.Sprintf("%s %0*x", c.Algorithm, 2*fields[c.Algorithm].bytes, c.Value)
}

// Update returns the checksum of the data whose checksum is sum, followed by p. The checksum of no data is 0. Without
// an algorithm it is always 0.
func (a Algorithm) Update(sum uint64, p []byte) uint64 {
	switch a {
	case CRC32:
		return uint64(crc32.Update(uint32(sum), crc32.IEEETable, p))
	case CRC32C:
		return uint64(crc32.Update(uint32(sum), castagnoli, p))
	case CRC64NVME:
		return crc64nvme.Update(sum, p)
	}
	return 0
}
