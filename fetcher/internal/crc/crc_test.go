package crc_test

import (
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/modelferry/modelferry/fetcher/internal/crc"
)

var algorithms = []crc.Algorithm{crc.CRC32, crc.CRC32C, crc.CRC64NVME}

// The check values of https://reveng.sourceforge.io/crc-catalogue/.
func TestAlgorithmUpdate_catalogueCheckValues(t *testing.T) {
	for algorithm, want := range map[crc.Algorithm]uint64{
		crc.CRC32: 0xcbf43926, crc.CRC32C: 0xe3069283, crc.CRC64NVME: 0xae8b14860a799888,
	} {
		require.Equal(t, want, algorithm.Update(0, []byte("123456789")), algorithm)
	}
}

func TestAlgorithmCombine_rangesGiveObjectChecksum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		algorithm := rapid.SampledFrom(algorithms).Draw(t, "algorithm")
		ranges := rapid.SliceOf(rapid.SliceOfN(rapid.Byte(), 0, 300)).Draw(t, "ranges")
		var body []byte
		var combined uint64
		for _, r := range ranges {
			body = append(body, r...)
			combined = algorithm.Combine(combined, algorithm.Update(0, r), int64(len(r)))
		}
		require.Equal(t, algorithm.Update(0, body), combined)
	})
}

func TestAlgorithmCombine_associative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		algorithm := rapid.SampledFrom(algorithms).Draw(t, "algorithm")
		sum := rapid.Uint64()
		if algorithm != crc.CRC64NVME {
			sum = rapid.Uint64Max(1<<32 - 1)
		}
		length := rapid.Int64Range(0, 5<<40)
		a, b, c := sum.Draw(t, "a"), sum.Draw(t, "b"), sum.Draw(t, "c")
		m, n := length.Draw(t, "m"), length.Draw(t, "n")
		left := algorithm.Combine(algorithm.Combine(a, b, m), c, n)
		right := algorithm.Combine(a, algorithm.Combine(b, c, n), m+n)
		require.Equal(t, left, right)
	})
}

func TestAlgorithmUpdate_detectsFlippedBit(t *testing.T) {
	body := make([]byte, 10_000)
	for i := range body {
		body[i] = byte(rand.Uint32())
	}
	for _, algorithm := range algorithms {
		want := algorithm.Update(0, body)
		for range 100 {
			at, bit := rand.IntN(len(body)), byte(1)<<rand.IntN(8)
			body[at] ^= bit
			require.NotEqual(t, want, algorithm.Update(0, body), algorithm)
			body[at] ^= bit
		}
	}
}

func TestDecode_base64BigEndian(t *testing.T) {
	raw := binary.BigEndian.AppendUint32(nil, 0xe3069283)
	got, err := crc.Decode(crc.CRC32C, base64.StdEncoding.EncodeToString(raw))
	require.NoError(t, err)
	require.Equal(t, crc.Checksum{Algorithm: crc.CRC32C, Value: 0xe3069283}, got)
	require.True(t, got.Known())
	require.Equal(t, "CRC32C e3069283", got.String())
	require.Equal(t, "CRC64NVME 00000000000000ff", crc.Checksum{Algorithm: crc.CRC64NVME, Value: 255}.String())
	for name, text := range map[string]string{
		"of another length": base64.StdEncoding.EncodeToString(raw[:3]),
		"of parts":          base64.StdEncoding.EncodeToString(raw) + "-3",
		"not base64":        "?",
		"nothing":           "",
	} {
		_, err := crc.Decode(crc.CRC32C, text)
		require.Error(t, err, name)
	}
	_, err = crc.Decode("MD5", "")
	require.Error(t, err)
}

func TestChecksum_zeroValueIsNone(t *testing.T) {
	var none crc.Checksum
	require.False(t, none.Known())
	require.Zero(t, none.Algorithm.Update(0, []byte("x")))
	require.Zero(t, none.Algorithm.Combine(1, 2, 3))
}
