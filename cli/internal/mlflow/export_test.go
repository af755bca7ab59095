package mlflow

import (
	"context"
	"io"
	"os"
)

// Save downloads the file "file" of a store that opens it with open, for tests.
func Save(ctx context.Context, open func() (io.ReadCloser, error), root *os.Root) error {
	return save(ctx, openFunc(open), root, "file", "file")
}

type openFunc func() (io.ReadCloser, error)

func (openFunc) list(context.Context, string) ([]string, error) { return nil, nil }

func (s openFunc) open(context.Context, string) (io.ReadCloser, error) { return s() }
