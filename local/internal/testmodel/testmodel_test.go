package testmodel

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFakeModel_Save_deterministic(t *testing.T) {
	model := FakeModel{Path: "bankchurn/model.joblib", Bytes: 4_100_001}
	first, err := model.Save(t.TempDir())
	require.NoError(t, err)
	second, err := model.Save(t.TempDir())
	require.NoError(t, err)
	require.Equal(t, model.Bytes, first.Bytes)
	require.Equal(t, first.SHA256, second.SHA256)
	other, err := FakeModel{Path: "bankchurn/v2/model.joblib", Bytes: model.Bytes}.Save(t.TempDir())
	require.NoError(t, err)
	require.NotEqual(t, first.SHA256, other.SHA256)
}

func TestFakeModel_Save_reusesFile(t *testing.T) {
	dir := t.TempDir()
	model := FakeModel{Path: "a/b.csv", Bytes: 100}
	first, err := model.Save(dir)
	require.NoError(t, err)
	before, err := os.Stat(first.Name)
	require.NoError(t, err)
	second, err := model.Save(dir)
	require.NoError(t, err)
	after, err := os.Stat(second.Name)
	require.NoError(t, err)
	require.Equal(t, before.ModTime(), after.ModTime())
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

func TestFakeModel_Write_archive(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, FakeModel{Path: "nlpinsight/model.tar.gz", Bytes: 2_000_000}.Write(&out))
	require.InEpsilon(t, 2_000_000, out.Len(), 0.02)
	unzipped, err := gzip.NewReader(&out)
	require.NoError(t, err)
	archive := tar.NewReader(unzipped)
	var names []string
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		names = append(names, header.Name)
	}
	require.Equal(t, []string{"config.json", "tokenizer_config.json", "vocab.txt", "tokenizer.json", "model.safetensors"}, names)
}
