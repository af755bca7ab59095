package s3

import (
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/modelferry/modelferry/fetcher/internal/crc"
)

// multipartETag matches the ETag of a multipart upload, which ends with the number of parts.
var multipartETag = regexp.MustCompile(`-[0-9]+"$`)

// objectChecksum returns the strongest CRC of the whole object that S3 has, if any. A composite checksum is one of the
// parts' checksums and cannot be computed from other ranges. Without the type, the CRC32 or CRC32C of a multipart
// upload may be either, while S3 has no composite CRC64NVME. The ETag is never used as a digest.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
func objectChecksum(head *s3.HeadObjectOutput) crc.Checksum {
	if head.ChecksumType == types.ChecksumTypeComposite {
		return crc.Checksum{}
	}
	isAmbiguous := head.ChecksumType == "" && multipartETag.MatchString(aws.ToString(head.ETag))
	for _, candidate := range []struct {
		algorithm crc.Algorithm
		text      *string
	}{
		{crc.CRC64NVME, head.ChecksumCRC64NVME}, {crc.CRC32C, head.ChecksumCRC32C}, {crc.CRC32, head.ChecksumCRC32},
	} {
		if isAmbiguous && candidate.algorithm != crc.CRC64NVME {
			continue
		}
		// Servers that do not return the type mark a composite checksum by the number of parts, "AAAAAA==-3", which
		// fails to decode.
		if sum, err := crc.Decode(candidate.algorithm, aws.ToString(candidate.text)); err == nil {
			return sum
		}
	}
	return crc.Checksum{}
}
