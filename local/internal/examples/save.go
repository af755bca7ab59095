package examples

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// saveLayer writes a compressed layer to a file. A file that exists is whole.
func saveLayer(layer v1.Layer, file string) error {
	content, err := layer.Compressed()
	if err != nil {
		return fmt.Errorf("layer %s: %w", file, err)
	}
	defer content.Close()
	out, err := os.CreateTemp(filepath.Dir(file), "layer-")
	if err != nil {
		return fmt.Errorf("layer %s: %w", file, err)
	}
	defer os.Remove(out.Name()) // fails after the rename
	defer out.Close()
	if _, err := io.Copy(out, content); err != nil {
		return fmt.Errorf("layer %s: %w", file, err)
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("layer %s: %w", file, err)
	}
	return os.Rename(out.Name(), file)
}
