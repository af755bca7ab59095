package archive_test

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/modelferry/modelferry/fetcher/archive"
)

// An entry outside the folder is rejected.
func ExampleExtract() {
	var packed bytes.Buffer
	w := tar.NewWriter(&packed)
	_ = w.WriteHeader(&tar.Header{Name: "../.ssh/authorized_keys", Mode: 0o600, Typeflag: tar.TypeReg})
	_ = w.Close()

	folder, err := os.MkdirTemp("", "model-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	root, err := os.OpenRoot(folder)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer root.Close()
	_, err = archive.Extract(context.Background(), &packed, root, archive.Limits{MaxEntries: 1000})
	message, _, _ := strings.Cut(err.Error(), " (") // without the hint
	fmt.Println(message)
	// Output:
	// unsafe archive: entry "../.ssh/authorized_keys" has .. in its name
}
