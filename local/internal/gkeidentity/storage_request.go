package gkeidentity

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/local/internal/gcpiam"
)

// storageRequest is what a request to Cloud Storage is for.
type storageRequest struct {
	// permission that the request needs. It is empty for a request that only an administrator may send.
	permission string
	bucket     string
	object     string
	prefix     string
	// generation of the object, "" for the live version.
	generation string
	// upload creates the object. It replaces the object that exists, unless it is createOnly.
	upload bool
	// createOnly is ifGenerationMatch=0: the upload fails if the object exists.
	createOnly bool
	// versions lists all versions.
	versions bool
	// media requests an object's content: an error is a text.
	media bool
}

// parseStorageRequest reads the paths of the JSON API, and of the XML API with the bucket in the path.
// https://cloud.google.com/storage/docs/request-endpoints
func parseStorageRequest(req *http.Request) (storageRequest, error) {
	query := req.URL.Query()
	escaped := req.URL.EscapedPath()
	r := storageRequest{
		prefix: query.Get("prefix"), generation: query.Get("generation"),
		media: query.Get("alt") == "media", versions: query.Get("versions") == "true",
	}
	rest, upload := strings.CutPrefix(escaped, "/upload")
	rest, download := strings.CutPrefix(rest, "/download")
	rest, isJSON := strings.CutPrefix(rest, "/storage/v1/b/")
	bucket, rest, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "/")
	if isJSON {
		var objects bool
		if rest, objects = cutObjects(rest); !objects {
			r.prefix, r.versions = "", false
			return r, r.unescape(bucket, "")
		}
	}
	r.media = r.media || download || !isJSON
	r.upload = upload && query.Get("name") != "" && slices.Contains(uploadMethods[query.Get("uploadType")], req.Method)
	r.createOnly = r.upload && query.Get("ifGenerationMatch") == "0"
	if r.upload {
		rest = url.PathEscape(query.Get("name"))
	}
	r.permission = requiredPermission(req.Method, rest != "", r.upload)
	return r, r.unescape(bucket, rest)
}

// uploadMethods are the methods of the requests of each type of upload. A resumable one is started by a POST, and sent
// by PUTs to the URL in the response. The object's name is in the URL of all of them.
// https://cloud.google.com/storage/docs/uploads-downloads
var uploadMethods = map[string][]string{
	"media": {http.MethodPost}, "multipart": {http.MethodPost}, "resumable": {http.MethodPost, http.MethodPut},
}

// cutObjects returns what follows the collection of objects in the path of a bucket.
func cutObjects(path string) (object string, ok bool) {
	if path == "o" {
		return "", true
	}
	return strings.CutPrefix(path, "o/")
}

// requiredPermission returns the permission of a method. Of the uploads only those with the object's name in the URL
// are known, which the local cloud and Google's clients send.
// https://cloud.google.com/storage/docs/access-control/iam-json
func requiredPermission(method string, object, upload bool) string {
	switch {
	case upload:
		return gcpiam.ObjectsCreate
	case method == http.MethodGet && !object:
		return gcpiam.ObjectsList
	case (method == http.MethodGet || method == http.MethodHead) && object:
		return gcpiam.ObjectsGet
	case method == http.MethodDelete && object:
		return gcpiam.ObjectsDelete
	default:
		return ""
	}
}

// unescape sets the names of bucket and object. In Cloud Storage a/../b is a name like any other, but for the file
// system of the emulator it would be another object.
func (r *storageRequest) unescape(bucket, object string) (err error) {
	if r.bucket, err = url.PathUnescape(bucket); err != nil {
		return err
	}
	if r.object, err = url.PathUnescape(object); err != nil {
		return err
	}
	for _, name := range []string{r.bucket, r.object} {
		clean := path.Clean("/" + name)[1:]
		if name != clean && strings.TrimSuffix(name, "/") != clean || strings.ContainsRune(name, 0) {
			return notFound(*r)
		}
	}
	if r.object == noncurrentDir || strings.HasPrefix(r.object, noncurrentDir+"/") || strings.Contains(r.bucket, "/") {
		return notFound(*r)
	}
	return nil
}
