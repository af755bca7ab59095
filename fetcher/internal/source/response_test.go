package source_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// The object is "0123456789", and the range bytes 2 to 5 unless the case says otherwise.
func TestBody_acceptsOnlyTheRequestedRange(t *testing.T) {
	const url = "s3://b/k"
	encoded := http.Header{"Content-Encoding": {"GZIP"}}
	tests := []struct {
		name       string
		status     int
		header     http.Header
		length     int64
		body       string
		sequential bool
		whole      bool
		encoding   string
		// want is the body, or kind the kind of the error.
		want    string
		kind    fetcherr.Kind
		ignored bool
	}{
		{name: "the range", status: 206, header: contentRange("bytes 2-5/10"), length: 4, body: "2345", want: "2345"},
		{name: "of unknown total", status: 206, header: contentRange("bytes 2-5/*"), length: 4, body: "2345", want: "2345"},
		{name: "of unknown length", status: 206, header: contentRange("bytes 2-5/10"), length: -1, body: "2345", want: "2345"},
		{name: "the whole object as a range", status: 206, header: contentRange("bytes 0-9/10"), length: 10, body: "0123456789",
			whole: true, want: "0123456789"},
		{name: "the whole object", status: 200, length: 10, body: "0123456789", whole: true, want: "0123456789"},
		{name: "the whole object of unknown length", status: 200, length: -1, body: "0123456789", whole: true, want: "0123456789"},
		{name: "a part of a sequential object", status: 200, length: 10, body: "0123456789", sequential: true, want: "2345"},
		{name: "a part of a sequential object of unknown length", status: 200, length: -1, body: "0123456789", sequential: true,
			want: "2345"},
		{name: "as stored", status: 206, header: http.Header{"Content-Encoding": {"x-gzip"}, "Content-Range": {"bytes 2-5/10"}},
			length: 4, body: "2345", encoding: "gzip", want: "2345"},
		{name: "encodings that change nothing", status: 206,
			header: http.Header{"Content-Encoding": {"aws-chunked, identity, utf-8"}, "Content-Range": {"bytes 2-5/10"}},
			length: 4, body: "2345", want: "2345"},

		{name: "ranges ignored", status: 200, length: 10, body: "0123456789", kind: fetcherr.ObjectChanged, ignored: true},
		{name: "without Content-Range", status: 206, length: 4, body: "2345"},
		{name: "several ranges", status: 206, header: http.Header{"Content-Type": {"multipart/byteranges"}}, length: 200},
		{name: "another range", status: 206, header: contentRange("bytes 3-6/10"), length: 4, body: "3456"},
		{name: "another range of unknown total", status: 206, header: contentRange("bytes 3-6/*"), length: 4, body: "3456"},
		{name: "a shorter range", status: 206, header: contentRange("bytes 2-4/10"), length: 3, body: "234"},
		{name: "another unit", status: 206, header: contentRange("items 2-5/10"), length: 4, body: "2345"},
		{name: "another length than the range", status: 206, header: contentRange("bytes 2-5/10"), length: 5, body: "23456"},
		{name: "an object of another size", status: 206, header: contentRange("bytes 2-5/11"), length: 4, body: "2345",
			kind: fetcherr.ObjectChanged},
		{name: "a whole object of another length", status: 200, length: 11, body: "0123456789a", whole: true, kind: fetcherr.Integrity},
		{name: "a sequential object of another length", status: 200, length: 9, sequential: true, kind: fetcherr.Integrity},
		{name: "converted by a proxy", status: 203, header: contentRange("bytes 2-5/10"), length: 4, body: "2345"},
		{name: "no content", status: 204, length: 0},
		{name: "compressed by a proxy", status: 200, header: encoded, length: -1, whole: true, kind: fetcherr.Integrity},
		{name: "decompressed by a proxy", status: 200, length: -1, whole: true, encoding: "gzip", kind: fetcherr.Integrity},

		{name: "a body that is too long", status: 206, header: contentRange("bytes 2-5/10"), length: -1, body: "23456"},
		{name: "a body that is too short", status: 206, header: contentRange("bytes 2-5/10"), length: -1, body: "234"},
		{name: "a whole body that is too long", status: 200, length: -1, body: "0123456789a", whole: true},
		{name: "a whole body that is too short", status: 200, length: -1, body: "012345678", whole: true},
		{name: "a sequential body that ends in what is skipped", status: 200, length: -1, body: "0", sequential: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			object := source.Object{Size: 10, Sequential: tt.sequential, Encoding: tt.encoding}
			offset, length := int64(2), int64(4)
			if tt.whole {
				offset, length = 0, 10
			}
			stream := &closeRecorder{Reader: iotest.OneByteReader(strings.NewReader(tt.body))}
			response := source.Response{Status: tt.status, Header: tt.header, Length: tt.length}
			body, err := source.Body(url, object, offset, length, response, stream)
			if err != nil {
				require.True(t, stream.closed)
				require.ErrorContains(t, err, url)
				require.Empty(t, tt.want)
				require.Equal(t, tt.kind, fetcherr.KindOf(err))
				require.Equal(t, tt.ignored, errors.Is(err, source.ErrRangesIgnored))
				return
			}
			got, err := io.ReadAll(body)
			if tt.want == "" {
				require.Error(t, err)
				require.Equal(t, fetcherr.Transient, tt.kind, "found in the body only")
				require.Equal(t, fetcherr.Transient, fetcherr.KindOf(err))
				require.Less(t, len(got), int(length), "a reader must not get all bytes")
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, string(got))
		})
	}
}

func contentRange(text string) http.Header { return http.Header{"Content-Range": {text}} }

type closeRecorder struct {
	io.Reader
	closed bool
}

func (c *closeRecorder) Close() error {
	c.closed = true
	return nil
}
