package objectstore

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/modelferry/modelferry/local/internal/node"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/secrets"
)

// gcsClient calls the JSON API of Cloud Storage as its administrator.
type gcsClient struct{ url, stack, token string }

func newGCSClient(layout paths.Layout, i node.Info) (Client, error) {
	account, err := secrets.ReadStoreAccount(layout.Dir())
	return gcsClient{url: i.StoreURL, stack: layout.Stack, token: account.SecretKey}, err
}

// gcsObject has fields of the API's object resource. 64-bit integers are strings in this API.
type gcsObject struct {
	Size       string `json:"size"`
	MD5Hash    string `json:"md5Hash"` // base64
	Generation string `json:"generation"`
}

func (g gcsClient) UploadIfChanged(ctx context.Context, bucket, key, file string) error {
	return uploadIfChanged(ctx, g, bucket, key, file)
}

// Put uses a media upload, because the emulator buffers other kinds of uploads in memory.
func (g gcsClient) Put(ctx context.Context, bucket, key string, content io.ReadSeeker) (string, error) {
	target := fmt.Sprintf("%s/upload/storage/v1/b/%s/o?uploadType=media&name=%s", g.url, url.PathEscape(bucket), url.QueryEscape(key))
	object, status, err := g.do(ctx, http.MethodPost, target, content)
	if err == nil && status == http.StatusNotFound {
		err = errNoBucket(g.stack)
	}
	if err != nil {
		return "", fmt.Errorf("put gs://%s/%s: %w", bucket, key, err)
	}
	return object.Generation, nil
}

func (g gcsClient) stat(ctx context.Context, bucket, key string) (objectAttrs, error) {
	target := fmt.Sprintf("%s/storage/v1/b/%s/o/%s", g.url, url.PathEscape(bucket), url.PathEscape(key))
	object, status, err := g.do(ctx, http.MethodGet, target, nil)
	if err != nil || status == http.StatusNotFound {
		return objectAttrs{bytes: -1}, err
	}
	size, err := strconv.ParseInt(object.Size, 10, 64)
	if err != nil {
		return objectAttrs{}, fmt.Errorf("size of gs://%s/%s: %w", bucket, key, err)
	}
	sum, err := base64.StdEncoding.DecodeString(object.MD5Hash)
	if err != nil {
		return objectAttrs{}, fmt.Errorf("MD5 of gs://%s/%s: %w", bucket, key, err)
	}
	return objectAttrs{bytes: size, md5: hex.EncodeToString(sum)}, nil
}

// do sends a request and decodes the object resource in the response. It returns status 404 without an error.
func (g gcsClient) do(ctx context.Context, method, target string, body io.Reader) (o gcsObject, status int, err error) {
	if body != nil {
		body = io.NopCloser(body) // NewRequest would close the file, and the caller does that
	}
	request, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return o, 0, err
	}
	request.Header.Set("Content-Type", "application/octet-stream")
	request.Header.Set("Authorization", "Bearer "+g.token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return o, 0, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil || response.StatusCode == http.StatusNotFound {
		return o, response.StatusCode, err
	}
	if response.StatusCode >= http.StatusBadRequest {
		return o, response.StatusCode, fmt.Errorf("%s: %.300s", response.Status, content)
	}
	err = json.Unmarshal(content, &o)
	return o, response.StatusCode, err
}
