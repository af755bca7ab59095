package mlflow

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"path"
	"path/filepath"
	"strings"
)

// proxyStore returns the artifacts that the server passes on.
// https://mlflow.org/docs/latest/self-hosting/architecture/artifact-store/
func (c *Client) proxyStore(uri *url.URL) (store, error) {
	const endpoint = "/api/2.0/mlflow-artifacts/artifacts"
	server, folder := *c.server, uri.Path
	if uri.Scheme != "mlflow-artifacts" {
		before, after, ok := strings.Cut(uri.Path, endpoint)
		if !ok {
			return nil, fmt.Errorf("the artifacts are at %s, which is not the artifact service of an MLflow server", uri)
		}
		server, folder = url.URL{Scheme: uri.Scheme, Host: uri.Host, Path: before}, after
	} else if uri.Host != "" {
		server.Host = uri.Host
	}
	return proxy{c, server.JoinPath(endpoint), strings.Trim(folder, "/")}, nil
}

// proxy is a folder of the server's artifact service.
type proxy struct {
	client   *Client
	endpoint *url.URL
	folder   string
}

func (p proxy) list(ctx context.Context, dir string) ([]string, error) {
	// Names are relative to the path that is listed.
	var reply struct {
		Files []struct {
			Path  string `json:"path"`
			IsDir bool   `json:"is_dir"`
		} `json:"files"`
	}
	query := url.Values{"path": {path.Join(p.folder, dir)}}
	err := p.client.getJSON(ctx, p.endpoint, query, &reply, func(err error) error {
		return fmt.Errorf("invalid list of artifacts: %w", err)
	})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, file := range reply.Files {
		if !filepath.IsLocal(file.Path) || file.Path == "." {
			return nil, fmt.Errorf("the artifact store has a file outside the model: %q", file.Path)
		}
		name := path.Join(dir, file.Path)
		if !file.IsDir {
			names = append(names, name)
			continue
		}
		below, err := p.list(ctx, name)
		if err != nil {
			return nil, err
		}
		names = append(names, below...)
	}
	return names, nil
}

func (p proxy) open(ctx context.Context, name string) (io.ReadCloser, error) {
	return p.client.open(ctx, p.endpoint.JoinPath(p.folder, name).String())
}
