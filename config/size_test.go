package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
)

func TestParseSize(t *testing.T) {
	for text, bytes := range map[string]int64{
		"4.1MB": 4_100_000, "700kB": 700_000, "440MB": 440_000_000, "8MiB": 8 << 20, "1.5GiB": 3 << 29,
		"16B": 16, "16": 16, " 2MB ": 2_000_000, "1TB": 1_000_000_000_000,
	} {
		got, err := config.ParseSize(text)
		require.NoError(t, err, text)
		require.Equal(t, bytes, got, text)
	}
	for _, text := range []string{"", "B", "0B", "-1MB", "4,1MB", "5m", "5mB", "5M", "big", "8 potatoes", "2PiB", "1e30B"} {
		_, err := config.ParseSize(text)
		require.Error(t, err, text)
	}
}
