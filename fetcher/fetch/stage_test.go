package fetch

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/request"
)

func TestALargeFileIsReadInLongerRanges(t *testing.T) {
	req := request.Request{PartSize: 8 << 20, Parallel: 8}
	for size, want := range map[int64]int64{
		1: 8 << 20, 200 << 20: 8 << 20, 512 << 20: 16 << 20, 5 << 30: longestPart,
	} {
		require.Equal(t, want, filePart(size, req), size)
	}
}
