package inflate

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// inflateRaw decodes one stream without the format of gzip around it. rest is what follows the stream in src.
func inflateRaw(src io.Reader) (content, rest []byte, err error) {
	d, f := new(decoder), new(frame)
	d.reset(src)
	f.reset()
	for {
		d.decodeFrame(f, f)
		content = append(content, f.window[f.begin:f.end]...)
		if f.err != nil {
			return content, nil, f.err
		}
		if d.block == atEnd {
			rest = append(rest, d.in[d.pos:d.end]...)
			after, err := io.ReadAll(src)
			return content, append(rest, after...), err
		}
	}
}

// inflateStandard does the same with the standard library.
func inflateStandard(packed []byte) (content, rest []byte, err error) {
	src := bytes.NewReader(packed)
	content, err = io.ReadAll(flate.NewReader(src))
	rest = packed[len(packed)-src.Len():]
	return content, rest, err
}

// requireSame fails unless both decoders return the same content and rest, or both an error, the one of truncated data
// for the same data.
func requireSame(t *testing.T, packed []byte) {
	t.Helper()
	want, wantRest, wantErr := inflateStandard(packed)
	got, rest, err := inflateRaw(bytes.NewReader(packed))
	if wantErr == nil {
		require.NoError(t, err, "the standard library accepts %x", packed)
		require.True(t, bytes.Equal(want, got), "another content for %x", packed)
		require.True(t, bytes.Equal(wantRest, rest), "another end of the stream for %x", packed)
		return
	}
	require.Error(t, err, "the standard library refuses %x: %v", packed, wantErr)
	require.True(t, errors.Is(err, ErrCorrupt) || errors.Is(err, io.ErrUnexpectedEOF), "%v", err)
	common := min(len(want), len(got))
	require.True(t, bytes.Equal(want[:common], got[:common]), "another content before the error of %x", packed)
}
