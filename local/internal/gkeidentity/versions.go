package gkeidentity

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"

	"github.com/modelferry/modelferry/local/internal/gcpiam"
)

// noncurrentDir is the folder of a bucket with its noncurrent versions, NAME/GENERATION. The front hides it.
const noncurrentDir = ".noncurrent"

// versions keeps the noncurrent versions of objects. The file backend of fake-gcs-server has one version of an object,
// a file with the attributes, among them the generation, as extended attributes. An upload replaces the file, so a hard
// link keeps the former version, without a copy. The memory backend has versions, but would hold all models in memory
// and lose them when the node stops.
// https://github.com/fsouza/fake-gcs-server/blob/v1.56.1/internal/backend/fs.go
type versions struct {
	root    *os.Root
	backend *url.URL
}

func openVersions(dataDir string, backend *url.URL) (*versions, error) {
	root, err := os.OpenRoot(dataDir)
	return &versions{root, backend}, err
}

func (v *versions) exists(r storageRequest) bool {
	_, err := v.root.Stat(file(r.bucket, r.object))
	return err == nil
}

// file is the name of an object's file.
func file(bucket, object string) string { return path.Join(url.PathEscape(bucket), object) }

func noncurrentName(r storageRequest) string { return path.Join(noncurrentDir, r.object, r.generation) }

// objectURL returns an object's URL at fake-gcs-server.
func (v *versions) objectURL(bucket, object string) *url.URL {
	u := *v.backend
	u.Path = "/storage/v1/b/" + bucket + "/o/" + object
	u.RawPath = "/storage/v1/b/" + url.PathEscape(bucket) + "/o/" + url.PathEscape(object)
	return &u
}

type requestKey struct{}

// prepare is called before a request is passed on. It keeps the version that the request replaces or deletes, if the
// bucket is versioned.
func (v *versions) prepare(req *http.Request, r storageRequest, versioned bool) (*http.Request, error) {
	deletes := req.Method == http.MethodDelete && r.object != "" && r.generation == ""
	replaces := r.upload && !r.createOnly
	if versioned && (replaces || deletes) && v.exists(r) {
		if err := v.keep(req.Context(), r); err != nil {
			return req, fmt.Errorf("keep gs://%s/%s: %w", r.bucket, r.object, err)
		}
	}
	prepared := req.WithContext(context.WithValue(req.Context(), requestKey{}, r))
	if r.permission == gcpiam.ObjectsList && r.versions {
		query := req.URL.Query()
		query.Del("prefix") // a noncurrent version has another name: modifyResponse selects
		prepared.URL.RawQuery = query.Encode()
	}
	return prepared, nil
}

func (v *versions) keep(ctx context.Context, r storageRequest) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, v.objectURL(r.bucket, r.object).String(), nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var live struct {
		Generation int64 `json:"generation,string"`
	}
	if err := json.NewDecoder(response.Body).Decode(&live); err != nil || live.Generation == 0 {
		return fmt.Errorf("no generation: %s", response.Status)
	}
	r.generation = strconv.FormatInt(live.Generation, 10)
	kept := file(r.bucket, noncurrentName(r))
	if err := v.root.MkdirAll(path.Dir(kept), 0o700); err != nil {
		return err
	}
	if err := v.root.Link(file(r.bucket, r.object), kept); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// RoundTrip passes a request on. If it is for a generation that is not the live one, it is sent again for the
// noncurrent version.
func (v *versions) RoundTrip(req *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(req)
	r, _ := req.Context().Value(requestKey{}).(storageRequest)
	if err != nil || response.StatusCode != http.StatusNotFound || r.generation == "" {
		return response, err
	}
	if _, err := v.root.Stat(file(r.bucket, noncurrentName(r))); err != nil {
		return response, nil //nolint:nilerr // there is no such version
	}
	_ = response.Body.Close() // it is replaced
	again := req.Clone(req.Context())
	again.URL = v.objectURL(r.bucket, noncurrentName(r))
	query := req.URL.Query()
	if r.media {
		query.Set("alt", "media")
	}
	query.Del("generation")
	again.URL.RawQuery = query.Encode()
	response, err = http.DefaultTransport.RoundTrip(again)
	if err != nil || r.media {
		return response, err
	}
	return response, replaceBody(response, func(body []byte) ([]byte, error) {
		for _, escape := range []func(string) string{func(s string) string { return s }, url.PathEscape, url.QueryEscape} {
			body = bytes.ReplaceAll(body, []byte(escape(noncurrentName(r))), []byte(escape(r.object)))
		}
		return body, nil
	})
}

// modifyResponse hides the noncurrent versions in a list of objects or, with versions=true, gives them their names.
func (v *versions) modifyResponse(response *http.Response) error {
	r, _ := response.Request.Context().Value(requestKey{}).(storageRequest)
	if r.permission != gcpiam.ObjectsList || response.StatusCode != http.StatusOK ||
		!strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") {
		return nil
	}
	return replaceBody(response, func(body []byte) ([]byte, error) {
		var list map[string]any
		if err := json.Unmarshal(body, &list); err != nil {
			return nil, err
		}
		items, _ := list["items"].([]any)
		shown := []any{}
		for _, item := range items {
			object, _ := item.(map[string]any)
			name, _ := object["name"].(string)
			kept, isNoncurrent := strings.CutPrefix(name, noncurrentDir+"/")
			if isNoncurrent {
				name = path.Dir(kept)
				object["name"] = name
			}
			if strings.HasPrefix(name, r.prefix) && (r.versions || !isNoncurrent) {
				shown = append(shown, object)
			}
		}
		list["items"] = shown
		return json.Marshal(list)
	})
}

func replaceBody(response *http.Response, replace func([]byte) ([]byte, error)) error {
	body, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return err
	}
	if body, err = replace(body); err != nil {
		return err
	}
	response.Body, response.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	response.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return nil
}
