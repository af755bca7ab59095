package gcp

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/modelferry/modelferry/local/internal/provider"
)

const managedFolderType = "gcp:storage/managedFolder:ManagedFolder"

// checkManagedFolderEmpty returns the error of Cloud Storage for the deletion of a managed folder that has objects,
// unless forceDestroy is set.
// resource_storage_managed_folder_test.go in
// https://github.com/hashicorp/terraform-provider-google-beta/tree/v5.42.0/google-beta/services/storage
func checkManagedFolderEmpty(ctx context.Context, r *provider.Request) error {
	if r.GetBool("forceDestroy") {
		return nil
	}
	client, err := newStoreClient(r)
	if err != nil {
		return err
	}
	var page struct {
		Items []struct{} `json:"items"`
	}
	query := "?maxResults=1&prefix=" + url.QueryEscape(r.GetString("name"))
	err = client.do(ctx, http.MethodGet, "/"+url.PathEscape(r.GetString("bucket"))+"/o"+query, nil, &page)
	if hasStatus(err, http.StatusNotFound) {
		return nil
	}
	if err == nil && len(page.Items) > 0 {
		return errors.New("Error when reading or editing ManagedFolder: googleapi: Error 409: " +
			"The managed folder you tried to delete is not empty., conflict")
	}
	return err
}
