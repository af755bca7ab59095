package jsondigest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSHA256(t *testing.T) {
	// printf '{"a":1,"b":["x"]}' | sha256sum
	const want = "fd5e92badbe24726f55b88132dd5fa1ceec0efd960b3bcd44f527b4bcc84af34"
	digest, err := SHA256(map[string]any{"b": []string{"x"}, "a": 1})
	require.NoError(t, err)
	require.Equal(t, want, digest)
	_, err = SHA256(func() {})
	require.ErrorContains(t, err, "digest: json: unsupported type")
}
