package source_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

func TestCheckContentRange_matchesRequest(t *testing.T) {
	tests := []struct {
		name, got            string
		offset, length, size int64
		kind                 fetcherr.Kind
		fails                bool
	}{
		{name: "the requested range", got: "bytes 10-19/100", offset: 10, length: 10, size: 100},
		{name: "whole object without the header", length: 100, size: 100},
		{name: "part without the header", offset: 10, length: 10, size: 100, kind: fetcherr.Transient, fails: true},
		{name: "another range", got: "bytes 0-9/100", offset: 10, length: 10, size: 100, kind: fetcherr.Transient, fails: true},
		{name: "the range of an object of another size", got: "bytes 10-19/101", offset: 10, length: 10, size: 100,
			kind: fetcherr.ObjectChanged, fails: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := source.CheckContentRange("s3://b/k", tt.got, tt.offset, tt.length, tt.size)
			require.Equal(t, tt.fails, err != nil)
			if tt.fails {
				require.Equal(t, tt.kind, fetcherr.KindOf(err))
				require.ErrorContains(t, err, "s3://b/k")
			}
		})
	}
}
