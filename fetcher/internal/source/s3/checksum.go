package s3

import (
	"net/http"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/modelferry/modelferry/fetcher/internal/crc"
)

// multipartETag matches the ETag of a multipart upload, which ends with the number of parts.
var multipartETag = regexp.MustCompile(`-[0-9]+"$`)

// objectChecksum returns the strongest CRC of the whole object that S3 has, if any, from the headers of a response to
// HEAD or to GET without a range. With a range S3 returns none, or that of a part, even for the range of all bytes.
// A composite checksum is one of the parts' checksums and cannot be computed from other ranges. Without the type, the
// CRC32 or CRC32C of a multipart upload may be either, while S3 has no composite CRC64NVME. The ETag is never used as a
// digest.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
// https://github.com/boto/botocore/issues/3346
func objectChecksum(header http.Header) crc.Checksum {
	checksumType := types.ChecksumType(header.Get("X-Amz-Checksum-Type"))
	if checksumType == types.ChecksumTypeComposite {
		return crc.Checksum{}
	}
	isAmbiguous := checksumType == "" && multipartETag.MatchString(header.Get("ETag"))
	for _, candidate := range []struct {
		algorithm crc.Algorithm
		header    string
	}{
		{crc.CRC64NVME, "X-Amz-Checksum-Crc64nvme"},
		{crc.CRC32C, "X-Amz-Checksum-Crc32c"},
		{crc.CRC32, "X-Amz-Checksum-Crc32"},
	} {
		if isAmbiguous && candidate.algorithm != crc.CRC64NVME {
			continue
		}
		// Servers that do not return the type mark a composite checksum by the number of parts, "AAAAAA==-3", which
		// fails to decode.
		if sum, err := crc.Decode(candidate.algorithm, header.Get(candidate.header)); err == nil {
			return sum
		}
	}
	return crc.Checksum{}
}

// requestChecksum asks for the checksum of the object. The SDK's own option for it would compute the checksum of what
// is read once more, and fail with an error of its own.
func requestChecksum(o *s3.Options) {
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		return stack.Finalize.Insert(requestStep("RequestChecksum", func(header http.Header) {
			header.Set("X-Amz-Checksum-Mode", string(types.ChecksumModeEnabled))
		}), "Signing", middleware.Before)
	})
}
