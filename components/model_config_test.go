package components

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/modelferry/modelferry/config"
)

func TestArtifactsJSON(t *testing.T) {
	text, err := artifactsJSON([]config.ResolvedArtifact{
		{Path: "churn/v1/Churn.csv", File: "data/raw/Churn.csv", SHA256: "ab", Version: "7"},
		{Path: "churn/m.tar.gz", File: "m/m.tar.gz", Unpacked: true},
		{Path: "churn/env.tar.gz", File: "m/env.tar.gz"},
	}, []string{`{"path":"churn/v1/Churn.sig","key":"PEM\n"}`, "", ""}, []string{"datasets", "models", "models"})
	require.NoError(t, err)
	require.JSONEq(t, `[{"bucket":"datasets","path":"churn/v1/Churn.csv","dest":"data/raw/Churn.csv","sha256":"ab","version":"7",`+
		`"signature":{"path":"churn/v1/Churn.sig","key":"PEM\n"}},`+
		`{"bucket":"models","path":"churn/m.tar.gz","dest":"m/m.tar.gz","extract":true},`+
		`{"bucket":"models","path":"churn/env.tar.gz","dest":"m/env.tar.gz","extract":false}]`, text)
	_, err = artifactsJSON([]config.ResolvedArtifact{{}}, nil, nil)
	require.EqualError(t, err, "1 artifacts in 0 buckets")
}

func TestArtifactsJSON_longerThanAVariable(t *testing.T) {
	signature := `{"certificate":"` + strings.Repeat("b", 8000) + `"}`
	try := func(n int) error {
		_, err := artifactsJSON(make([]config.ResolvedArtifact, n), slices.Repeat([]string{signature}, n), make([]string, n))
		return err
	}
	require.NoError(t, try(16))
	require.EqualError(t, try(17), "its artifacts besides the model take 137117 bytes in the variable ARTIFACTS of its fetcher, "+
		"must take at most 131072: put files into an archive, or remove certificates that no signer needs from their signatures")
}

// The fetcher reads the same values, whatever characters the names have.
func TestArtifactsJSON_roundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := config.ResolvedArtifact{
			Path: rapid.String().Draw(t, "path"), File: rapid.String().Draw(t, "file"), Unpacked: rapid.Bool().Draw(t, "unpacked"),
		}
		text, err := artifactsJSON([]config.ResolvedArtifact{a}, []string{""}, []string{"b"})
		require.NoError(t, err)
		var list []struct {
			Bucket, Path, Dest string
			Extract            bool
		}
		require.NoError(t, json.Unmarshal([]byte(text), &list))
		require.Len(t, list, 1)
		require.Equal(t, a.Path, list[0].Path)
		require.Equal(t, a.File, list[0].Dest)
		require.Equal(t, a.Unpacked, list[0].Extract)
	})
}

func TestFetcherArgs_env(t *testing.T) {
	require.Equal(t, map[string]string{"FETCH_RETRIES": "0", "FETCH_BACKOFF": "1.5s", "FETCH_TIMEOUT": "5m0s"},
		FetcherArgs{Backoff: 1500 * time.Millisecond, Timeout: 5 * time.Minute}.env())
	require.Equal(t, map[string]string{
		"FETCH_RETRIES": "3", "FETCH_BACKOFF": "10s", "FETCH_TIMEOUT": "1m0s", "FETCH_IDENTITY_WAIT": "45s",
		"FETCH_PARALLEL": "8", "FETCH_PART_SIZE": "8388608",
	}, FetcherArgs{
		Retries: 3, Backoff: 10 * time.Second, Timeout: time.Minute, IdentityWait: 45 * time.Second,
		Parallel: 8, PartBytes: 8 << 20,
	}.env())
}
