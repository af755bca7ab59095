package gcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/modelferry/modelferry/local/internal/provider"
	"github.com/modelferry/modelferry/local/internal/secrets"
)

// storeClient is a client of the local object store's JSON API. The official one has too many dependencies, gRPC among
// them, for four simple calls.
type storeClient struct{ endpoint, token string }

func newStoreClient(r *provider.Request) (storeClient, error) {
	node, err := r.Cloud.Node()
	if err != nil {
		return storeClient{}, err
	}
	account, err := secrets.ReadStoreAccount(r.Cloud.Dir)
	return storeClient{node.StoreURL + "/storage/v1/b", account.SecretKey}, err
}

// createBucket creates the bucket. One that exists without a record is from an interrupted update and is adopted.
// Package gkeidentity keeps versions: fake-gcs-server's filesystem backend refuses a versioned bucket.
func createBucket(ctx context.Context, r *provider.Request) error {
	client, err := newStoreClient(r)
	if err != nil {
		return fmt.Errorf("bucket %q: %w", r.GetString("name"), err)
	}
	err = client.do(
		ctx,
		http.MethodPost,
		"?project="+url.QueryEscape(r.GetString("project")),
		map[string]any{"name": r.GetString("name")},
		nil,
	)
	if err != nil && !hasStatus(err, http.StatusConflict) {
		return fmt.Errorf("bucket %q: %w", r.GetString("name"), err)
	}
	return nil
}

func bucketExists(ctx context.Context, r *provider.Request) (bool, error) {
	client, err := newStoreClient(r)
	if err != nil {
		return false, fmt.Errorf("bucket %q: %w", r.ID, err)
	}
	err = client.do(ctx, http.MethodGet, "/"+url.PathEscape(r.ID), nil, nil)
	if hasStatus(err, http.StatusNotFound) {
		return false, nil
	}
	return err == nil, err
}

// deleteBucket deletes a bucket, and its objects if forceDestroy is set, as pulumi-gcp does.
func deleteBucket(ctx context.Context, r *provider.Request) error {
	client, err := newStoreClient(r)
	if err != nil {
		return fmt.Errorf("bucket %q: %w", r.ID, err)
	}
	path := "/" + url.PathEscape(r.ID)
	for {
		var page struct {
			Items []struct {
				Name       string `json:"name"`
				Generation string `json:"generation"`
			} `json:"items"`
		}
		err := client.do(ctx, http.MethodGet, path+"/o?versions=true&maxResults=1000", nil, &page)
		if hasStatus(err, http.StatusNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("bucket %q: list objects: %w", r.ID, err)
		}
		if len(page.Items) == 0 {
			break
		}
		if !r.GetBool("forceDestroy") {
			// resource_storage_bucket.go in
			// https://github.com/hashicorp/terraform-provider-google-beta/tree/v5.42.0/google-beta/services/storage
			return fmt.Errorf("Error trying to delete bucket %s containing objects without `force_destroy` set to true", r.ID)
		}
		for _, object := range page.Items {
			version := path + "/o/" + url.PathEscape(object.Name) + "?generation=" + object.Generation
			if err := client.do(ctx, http.MethodDelete, version, nil, nil); err != nil {
				return fmt.Errorf("bucket %q: delete %q: %w", r.ID, object.Name, err)
			}
		}
	}
	if err := client.do(ctx, http.MethodDelete, path, nil, nil); err != nil && !hasStatus(err, http.StatusNotFound) {
		return fmt.Errorf("bucket %q: %w", r.ID, err)
	}
	return nil
}

// statusError is a response with a status of 400 or higher.
type statusError struct {
	status  int
	message string
}

func (r *statusError) Error() string { return fmt.Sprintf("object store: %d %s", r.status, r.message) }

func hasStatus(err error, status int) bool {
	var r *statusError
	return errors.As(err, &r) && r.status == status
}

// do sends a request with body as JSON, and decodes the response into result. Both may be nil.
func (s storeClient) do(ctx context.Context, method, path string, body, result any) error {
	var requestBody io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		requestBody = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(ctx, method, s.endpoint+path, requestBody)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+s.token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("object store: %w", err)
	}
	defer resp.Body.Close()
	responseBody, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("object store: %w", err)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return &statusError{resp.StatusCode, string(bytes.TrimSpace(responseBody))}
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(responseBody, result)
}
