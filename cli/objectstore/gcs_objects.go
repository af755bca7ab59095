package objectstore

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

func (s *gcsStore) Stat(ctx context.Context, key string) (Object, error) {
	object, err := s.stat(ctx, key)
	return object.object(), err
}

func (s *gcsStore) stat(ctx context.Context, key string) (gcsObject, error) {
	var object gcsObject
	err := s.call(ctx, gcsRequest{
		method: http.MethodGet, url: s.objectURL(key, url.Values{"fields": {gcsFields}}), operation: opGet, key: key,
	}, &object)
	if err != nil {
		return gcsObject{}, err
	}
	object.Name = key
	return object, nil
}

func (s *gcsStore) Open(ctx context.Context, key string) (io.ReadCloser, Object, error) {
	stored, err := s.stat(ctx, key)
	if err != nil {
		return nil, Object{}, err
	}
	object := stored.object()
	reader := &resumingReader{
		ctx: ctx, url: s.URL(key), retry: s.retry, size: object.Size, checksum: stored.CRC32C, sum: newCRC32C(),
	}
	reader.open = func(ctx context.Context, offset int64) (io.ReadCloser, error) {
		// Accept-Encoding keeps the store from decompressing. https://cloud.google.com/storage/docs/transcoding
		header := http.Header{"Accept-Encoding": {"gzip"}}
		if offset > 0 {
			header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
		}
		response, err := s.send(ctx, gcsRequest{ //nolint:bodyclose // the reader closes it
			method: http.MethodGet, url: s.objectURL(key, url.Values{"alt": {"media"}, "generation": {object.Version}}),
			header: header, operation: opGet, key: key,
		})
		if err != nil {
			return nil, err
		}
		return checkRange(s.URL(key), response.StatusCode == http.StatusPartialContent, offset, response.Body)
	}
	return reader, object, nil
}

// checkRange closes the body of a response that is not the range from offset.
func checkRange(location string, isRange bool, offset int64, body io.ReadCloser) (io.ReadCloser, error) {
	if offset > 0 && !isRange {
		_ = body.Close() // it has other bytes
		return nil, newError(ErrInvalid, "%s: the store ignores ranges, so the reading cannot continue after an interruption", location)
	}
	return body, nil
}

func (s *gcsStore) List(ctx context.Context, prefix string) ([]Object, error) {
	var objects []Object
	query := url.Values{"prefix": {prefix}, "fields": {"items(" + gcsFields + "),nextPageToken"}}
	for {
		var page struct {
			Items         []gcsObject `json:"items"`
			NextPageToken string      `json:"nextPageToken"`
		}
		err := s.call(ctx, gcsRequest{method: http.MethodGet, url: s.objectURL("", query), operation: opList, key: prefix}, &page)
		if err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			objects = append(objects, item.object())
		}
		if page.NextPageToken == "" {
			slices.SortFunc(objects, func(a, b Object) int { return strings.Compare(a.Key, b.Key) })
			return objects, nil
		}
		query.Set("pageToken", page.NextPageToken)
	}
}

// remove deletes one generation of an object.
func (s *gcsStore) remove(ctx context.Context, object gcsObject) error {
	query := url.Values{"generation": {strconv.FormatInt(object.Generation, 10)}}
	return s.retry.do(ctx, func() error {
		response, err := s.send(ctx, gcsRequest{
			method: http.MethodDelete, url: s.objectURL(object.Name, query), operation: opDelete, key: object.Name,
		})
		if err != nil {
			return err
		}
		return response.Body.Close()
	})
}
