package mlflow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"

	"github.com/modelferry/modelferry/cli/objectstore"
	"github.com/modelferry/modelferry/config"
)

// store reads the artifacts of a model. Paths are relative to the model.
type store interface {
	// list returns the files below a path. There are none if the path is that of a file.
	list(ctx context.Context, dir string) ([]string, error)
	open(ctx context.Context, name string) (io.ReadCloser, error)
}

// Download downloads the model, or the path of its reference, into the folder dir. It returns the path of the file, or
// dir for a folder.
func (c *Client) Download(ctx context.Context, model Model, dir string) (string, error) {
	target, err := c.download(ctx, model, dir)
	if err != nil {
		return "", fmt.Errorf("%s: %w", model.Reference, err)
	}
	return target, nil
}

func (c *Client) download(ctx context.Context, model Model, dir string) (string, error) {
	artifacts, err := c.openStore(ctx, model.artifacts)
	if err != nil {
		return "", err
	}
	names, err := artifacts.list(ctx, model.Reference.Path)
	if err != nil {
		return "", err
	}
	if len(names) == 0 && model.Reference.Path == "" {
		return "", fmt.Errorf("%w: the model has no file at %s", objectstore.ErrNotFound, model.artifacts)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", err
	}
	defer root.Close()
	if len(names) == 0 {
		name := path.Base(model.Reference.Path)
		return filepath.Join(dir, name), save(ctx, artifacts, root, model.Reference.Path, name)
	}
	for _, name := range names {
		relative, err := filepath.Rel(filepath.FromSlash(cmp.Or(model.Reference.Path, ".")), filepath.FromSlash(name))
		if err != nil || !filepath.IsLocal(relative) {
			return "", fmt.Errorf("the artifact store has a file outside the model: %q", name)
		}
		if err := save(ctx, artifacts, root, name, relative); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// save downloads one file. A read that is cut is repeated from the start.
func save(ctx context.Context, artifacts store, root *os.Root, name, target string) error {
	if err := root.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	var err error
	for range attempts {
		if err = saveOnce(ctx, artifacts, root, name, target); err == nil || ctx.Err() != nil {
			return err
		}
		// A bucket's reader has continued the read itself before it is cut off.
		if !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, objectstore.ErrCutOff) {
			break
		}
	}
	return fmt.Errorf("download %s: %w", name, err)
}

func saveOnce(ctx context.Context, artifacts store, root *os.Root, name, target string) error {
	body, err := artifacts.open(ctx, name)
	if err != nil {
		return err
	}
	defer body.Close()
	file, err := root.Create(target)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, body)
	return errors.Join(err, file.Close())
}

// openStore returns the store of an artifact URI: the server's proxy, or a bucket.
func (c *Client) openStore(ctx context.Context, uri string) (store, error) {
	parsed, err := url.Parse(uri)
	if err != nil {
		return nil, fmt.Errorf("invalid URI of the artifacts: %w", err)
	}
	switch parsed.Scheme {
	case "mlflow-artifacts", "http", "https":
		return c.proxyStore(parsed)
	}
	for _, cloud := range config.Clouds() {
		if cloud.URLScheme() == parsed.Scheme {
			return c.openBucket(ctx, cloud, parsed)
		}
	}
	return nil, fmt.Errorf("the artifacts are at %s, which cannot be read from here: start the MLflow server with --serve-artifacts, "+
		"or download the model with `mlflow artifacts download` and release the folder", uri)
}
