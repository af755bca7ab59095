package gkeidentity

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// storageError is an error of the JSON API.
// https://cloud.google.com/storage/docs/json_api/v1/status-codes
type storageError struct {
	status  int
	reason  string
	message string
}

func (e *storageError) Error() string { return e.message }

var errInvalidToken = &storageError{http.StatusUnauthorized, "authError", "Invalid Credentials"}

func notFound(r storageRequest) error {
	return &storageError{http.StatusNotFound, "notFound", fmt.Sprintf("No such object: %s/%s", r.bucket, r.object)}
}

// denied returns the error of a request without a token, or without a permission. The texts are those of Cloud Storage.
// https://github.com/fsspec/gcsfs/issues/546
// https://github.com/strapi-community/strapi-provider-upload-google-cloud-storage/issues/149
func denied(r storageRequest, anonymous bool) error {
	err, who, resource, permission := &storageError{status: http.StatusForbidden, reason: "forbidden"}, "Caller", "object", r.permission
	if anonymous {
		err.status, err.reason, who = http.StatusUnauthorized, "required", "Anonymous caller"
	}
	if r.object == "" {
		resource = "bucket"
	}
	if permission == "" { // an operation that only an administrator has the permission for
		permission = "storage.buckets.get"
	}
	err.message = fmt.Sprintf("%s does not have %s access to the Google Cloud Storage %s. "+
		"Permission '%s' denied on resource (or it may not exist).", who, permission, resource, permission)
	return err
}

// writeStorageError writes an error as Cloud Storage does: as text, in spite of its type, if an object's content was
// requested, and as JSON otherwise.
// https://github.com/gkatzioura/CloudStorageMaven/issues/53
func writeStorageError(w http.ResponseWriter, r storageRequest, err error) {
	failed := &storageError{http.StatusInternalServerError, "backendError", err.Error()}
	_ = errors.As(err, &failed)
	detail := map[string]string{"domain": "global", "reason": failed.reason, "message": failed.message}
	if failed.status == http.StatusUnauthorized {
		detail["locationType"], detail["location"] = "header", "Authorization"
		w.Header().Set("WWW-Authenticate", `Bearer realm="https://accounts.google.com/"`)
	}
	if r.media {
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.WriteHeader(failed.status)
		_, _ = fmt.Fprint(w, failed.message) // fails only if the client is gone
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(failed.status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{ // as above
		"code": failed.status, "message": failed.message, "errors": []any{detail},
	}})
}
