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
		{"pinned and summed", "aa", right, verifiedBySHA256, 0},
		{"pinned alone", "aa", none, verifiedBySHA256, 0},
		{"summed alone", "", right, verifiedByCRC, 0},
		{"neither", "", none, verifiedBySize, 0},
		{"other than pinned, as it is stored", "bb", right, "", fetcherr.Integrity},
		{"other than pinned, and nobody knows how it is stored", "bb", none, "", fetcherr.Integrity},
		{"other than pinned, and than it is stored", "bb", wrong, "", fetcherr.Corrupted},
		{"other than it is stored", "", wrong, "", fetcherr.Corrupted},
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
