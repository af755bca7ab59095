package crc_test

import (
	"fmt"

	"github.com/modelferry/modelferry/fetcher/internal/crc"
)

// The checksum of an object is computed from those of two ranges, which may be read in any order.
func ExampleAlgorithm_Combine() {
	second := crc.CRC32C.Update(0, []byte("56789"))
	first := crc.CRC32C.Update(0, []byte("1234"))
	sum := crc.CRC32C.Combine(first, second, int64(len("56789")))
	fmt.Println(crc.Checksum{Algorithm: crc.CRC32C, Value: sum})
	// Output: CRC32C e3069283
}

// S3 and GCS return a checksum as base64 of the big-endian value.
func ExampleDecode() {
	sum, err := crc.Decode(crc.CRC32C, "4waSgw==")
	fmt.Println(sum, err)
	// Output: CRC32C e3069283 <nil>
}
