// Package crc computes the checksums that object stores keep of whole
// objects, from ranges that were read in any order: the checksum of two
// pieces together follows from theirs and the second one's length.
package crc

import (
	"encoding/base64"
	"fmt"
	"hash/crc32"

	"github.com/minio/crc64nvme"
)

// Algorithm is one of the checksums that stores keep.
type Algorithm string

// The algorithms, by their names in S3's API. GCS keeps CRC32C.
const (
	CRC32     Algorithm = "CRC32"
	CRC32C    Algorithm = "CRC32C"
	CRC64NVME Algorithm = "CRC64NVME"
)

// Checksum is what a store says of a whole object. The zero value is none.
type Checksum struct {
	Algorithm Algorithm
	Value     uint64
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Decode reads a checksum as S3 writes it: base64 of the big-endian value.
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

// Known says whether there is a checksum.
func (c Checksum) Known() bool { return c.Algorithm != "" }

// String is the algorithm and the value in hex.
func (c Checksum) String() string {
	return fmt.Sprintf("%s %0*x", c.Algorithm, 2*fields[c.Algorithm].bytes, c.Value)
}

// Update returns the checksum of what sum stands for with p behind it. That
// of no bytes is 0, as it is by every algorithm; by none it stays 0.
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
