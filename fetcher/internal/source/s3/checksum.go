package s3

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/modelferry/modelferry/fetcher/internal/crc"
)

// objectChecksum is the strongest CRC of the whole object that S3 has, or none. A
// composite one is a checksum of the parts' checksums: it says nothing of
// bytes that came in other ranges than those of the upload. The entity tag is
// never taken for a digest.
func objectChecksum(head *s3.HeadObjectOutput) crc.Checksum {
	if head.ChecksumType == types.ChecksumTypeComposite {
		return crc.Checksum{}
	}
	for _, candidate := range []struct {
		algorithm crc.Algorithm
		text      *string
	}{
		{crc.CRC64NVME, head.ChecksumCRC64NVME}, {crc.CRC32C, head.ChecksumCRC32C}, {crc.CRC32, head.ChecksumCRC32},
	} {
		// Servers that do not tell the type mark a composite one by the number
		// of its parts, as in "AAAAAA==-3", which does not decode.
		if sum, err := crc.Decode(candidate.algorithm, aws.ToString(candidate.text)); err == nil {
			return sum
		}
	}
	return crc.Checksum{}
}
