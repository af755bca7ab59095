package s3

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/crc"
)

// Responses of other servers than versitygw.
func TestObjectChecksum_selectsFullObjectCRC(t *testing.T) {
	sum32, sum64 := aws.String("4waSgw=="), aws.String("rosUhgp5mIg=")
	tests := []struct {
		name string
		head s3.HeadObjectOutput
		want crc.Checksum
	}{
		{"no checksum, and an ETag that could be an MD5",
			s3.HeadObjectOutput{ETag: aws.String(`"25f9e794323b453885f5181f1b624d0b"`)}, crc.Checksum{}},
		{"full object", s3.HeadObjectOutput{ChecksumCRC32C: sum32, ChecksumType: types.ChecksumTypeFullObject},
			crc.Checksum{Algorithm: crc.CRC32C, Value: 0xe3069283}},
		{"without a type", s3.HeadObjectOutput{ChecksumCRC32C: sum32}, crc.Checksum{Algorithm: crc.CRC32C, Value: 0xe3069283}},
		{"composite", s3.HeadObjectOutput{ChecksumCRC32C: sum32, ChecksumType: types.ChecksumTypeComposite}, crc.Checksum{}},
		{"composite by its number of parts", s3.HeadObjectOutput{ChecksumCRC32C: aws.String("4waSgw==-3")}, crc.Checksum{}},
		{"of unknown type, of a multipart upload",
			s3.HeadObjectOutput{ChecksumCRC32C: sum32, ETag: aws.String(`"25f9e794323b453885f5181f1b624d0b-3"`)}, crc.Checksum{}},
		{"CRC64NVME of unknown type, of a multipart upload",
			s3.HeadObjectOutput{ChecksumCRC64NVME: sum64, ETag: aws.String(`"25f9e794323b453885f5181f1b624d0b-3"`)},
			crc.Checksum{Algorithm: crc.CRC64NVME, Value: 0xae8b14860a799888}},
		{"the stronger of two algorithms", s3.HeadObjectOutput{ChecksumCRC32: sum32, ChecksumCRC64NVME: sum64},
			crc.Checksum{Algorithm: crc.CRC64NVME, Value: 0xae8b14860a799888}},
		{"unsupported algorithm", s3.HeadObjectOutput{ChecksumSHA1: aws.String("98O8HYCOBHMq32eZZczDTK3oGr4=")}, crc.Checksum{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, objectChecksum(&tt.head)) })
	}
}
