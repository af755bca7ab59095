package s3

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/crc"
)

// Responses of other servers than versitygw.
func TestObjectChecksum_selectsFullObjectCRC(t *testing.T) {
	const sum32, sum64, multipart = "4waSgw==", "rosUhgp5mIg=", `"25f9e794323b453885f5181f1b624d0b-3"`
	of32, of64 := crc.Checksum{Algorithm: crc.CRC32C, Value: 0xe3069283}, crc.Checksum{Algorithm: crc.CRC64NVME, Value: 0xae8b14860a799888}
	for _, tt := range []struct {
		name   string
		header map[string]string
		want   crc.Checksum
	}{
		{"no checksum, and an ETag that could be an MD5",
			map[string]string{"ETag": `"25f9e794323b453885f5181f1b624d0b"`}, crc.Checksum{}},
		{"full object", map[string]string{"X-Amz-Checksum-Crc32c": sum32, "X-Amz-Checksum-Type": "FULL_OBJECT"}, of32},
		{"full object of a multipart upload",
			map[string]string{"X-Amz-Checksum-Crc32c": sum32, "X-Amz-Checksum-Type": "FULL_OBJECT", "ETag": multipart}, of32},
		{"without a type", map[string]string{"X-Amz-Checksum-Crc32c": sum32}, of32},
		{"composite", map[string]string{"X-Amz-Checksum-Crc32c": sum32, "X-Amz-Checksum-Type": "COMPOSITE"}, crc.Checksum{}},
		{"composite by its number of parts", map[string]string{"X-Amz-Checksum-Crc32c": sum32 + "-3"}, crc.Checksum{}},
		{"of unknown type, of a multipart upload",
			map[string]string{"X-Amz-Checksum-Crc32c": sum32, "ETag": multipart}, crc.Checksum{}},
		{"CRC64NVME of unknown type, of a multipart upload",
			map[string]string{"X-Amz-Checksum-Crc64nvme": sum64, "ETag": multipart}, of64},
		{"the stronger of two algorithms",
			map[string]string{"X-Amz-Checksum-Crc32": sum32, "X-Amz-Checksum-Crc64nvme": sum64}, of64},
		{"unsupported algorithm", map[string]string{"X-Amz-Checksum-Sha1": "98O8HYCOBHMq32eZZczDTK3oGr4="}, crc.Checksum{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			header := http.Header{}
			for name, value := range tt.header {
				header.Set(name, value)
			}
			require.Equal(t, tt.want, objectChecksum(header))
		})
	}
}
