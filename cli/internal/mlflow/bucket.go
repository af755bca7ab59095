package mlflow

import (
	"context"
	"io"
	"net/url"
	"path"
	"strings"

	"github.com/modelferry/modelferry/cli/objectstore"
	"github.com/modelferry/modelferry/config"
)

// bucket is a folder in Cloud Storage or S3, which is read with the credentials of the cloud's own tools.
type bucket struct {
	objectstore.Store

	folder string
}

func (c *Client) openBucket(ctx context.Context, cloud config.Cloud, uri *url.URL) (store, error) {
	location := objectstore.Location{Cloud: cloud, Bucket: uri.Host}
	if uri.Scheme == "s3" {
		location.Endpoint = c.getenv("MLFLOW_S3_ENDPOINT_URL") // of MLflow's own client
	}
	opened, err := objectstore.Open(ctx, location)
	if err != nil {
		return nil, err
	}
	return bucket{opened, strings.Trim(uri.Path, "/")}, nil
}

func (b bucket) list(ctx context.Context, dir string) ([]string, error) {
	folder := path.Join(b.folder, dir) + "/"
	objects, err := b.List(ctx, strings.TrimPrefix(folder, "/"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, object := range objects {
		// Consoles create objects for folders.
		if !strings.HasSuffix(object.Key, "/") {
			names = append(names, strings.TrimPrefix(strings.TrimPrefix(object.Key, b.folder), "/"))
		}
	}
	return names, nil
}

func (b bucket) open(ctx context.Context, name string) (io.ReadCloser, error) {
	reader, _, err := b.Open(ctx, path.Join(b.folder, name))
	return reader, err
}
