package fetch

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/crc"
	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/internal/transfer"
	"github.com/modelferry/modelferry/fetcher/request"
)

func TestVerifyDigest_levels(t *testing.T) {
	digest := transfer.Digest{SHA256: "aa", CRC: 7}
	right, wrong := crc.Checksum{Algorithm: crc.CRC32C, Value: 7}, crc.Checksum{Algorithm: crc.CRC32C, Value: 8}
	none := crc.Checksum{}
	tests := []struct {
		name   string
		pinned string
		stored crc.Checksum
		level  string
		kind   fetcherr.Kind
	}{
		{"pinned, with a store checksum", "aa", right, verifiedBySHA256, 0},
		{"pinned only", "aa", none, verifiedBySHA256, 0},
		{"store checksum only", "", right, verifiedByCRC, 0},
		{"neither", "", none, verifiedBySize, 0},
		{"pinned, with a store checksum of something else", "aa", wrong, verifiedBySHA256, 0},
		{"wrong digest, matching store checksum", "bb", right, "", fetcherr.Integrity},
		{"wrong digest, no store checksum", "bb", none, "", fetcherr.Integrity},
		{"wrong digest and store checksum", "bb", wrong, "", fetcherr.Corrupted},
		{"wrong store checksum", "", wrong, "", fetcherr.Corrupted},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			level, err := verifyDigest("s3://b/k", request.Artifact{SHA256: tt.pinned}, source.Object{Checksum: tt.stored}, digest)
			require.Equal(t, tt.level, level)
			if tt.level == "" {
				require.Equal(t, tt.kind, fetcherr.KindOf(err))
				return
			}
			require.NoError(t, err)
		})
	}
}
