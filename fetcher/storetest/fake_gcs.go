package storetest

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// gcsDialect is objects.get of the JSON API.
// https://cloud.google.com/storage/docs/json_api/v1/objects/get
type gcsDialect struct{}

func (gcsDialect) env(endpoint string) map[string]string {
	return map[string]string{"STORAGE_EMULATOR_HOST": endpoint}
}

func (gcsDialect) envVars() (bucket, path string) { return "GCS_BUCKET", "GCS_MODEL_PATH" }

func (gcsDialect) scheme() string { return "gs" }

func (gcsDialect) version(n int64) string { return strconv.FormatInt(1_700_000_000_000_000+n, 10) }

func (d gcsDialect) serve(f *Fake, w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Guploader-Uploadid", "AAAAAA-fake")
	bucket, key, ok := objectPath(r.URL.EscapedPath())
	b, object := f.lookup(bucket, key, r.URL.Query().Get("generation"))
	switch {
	case !ok || r.Method != http.MethodGet:
		d.writeError(w, http.StatusNotFound, "notFound", "Not Found")
	case b == nil:
		d.writeError(w, http.StatusNotFound, "notFound", "The specified bucket does not exist.")
	case object == nil:
		d.writeError(w, http.StatusNotFound, "notFound", "No such object: "+bucket+"/"+key)
	case r.URL.Query().Get("alt") != "media":
		d.writeMetadata(w, object)
	case r.Header.Get("Range") != "" && len(object.Body) == 0:
		w.Header().Set("Content-Range", "bytes */0")
		d.writeError(w, http.StatusRequestedRangeNotSatisfiable, "requestedRangeNotSatisfiable", "Request range not satisfiable")
	default:
		d.writeObject(w, r, object)
	}
}

func (gcsDialect) writeMetadata(w http.ResponseWriter, object *FakeObject) {
	metadata := map[string]string{"size": strconv.Itoa(len(object.Body)), "generation": object.Version}
	if !object.NoChecksum {
		metadata["crc32c"] = crc32cText(object.Body)
	}
	if object.Encoding != "" {
		metadata["contentEncoding"] = object.Encoding
	}
	writeJSON(w, http.StatusOK, metadata)
}

func (gcsDialect) writeObject(w http.ResponseWriter, r *http.Request, object *FakeObject) {
	header := w.Header()
	header.Set("X-Goog-Generation", object.Version)
	header.Set("X-Goog-Stored-Content-Length", strconv.Itoa(len(object.Body)))
	header.Set("X-Goog-Stored-Content-Encoding", "identity")
	header.Set("ETag", object.ETag)
	header.Set("Content-Type", "application/octet-stream")
	if !object.NoChecksum {
		header.Set("X-Goog-Hash", "crc32c="+crc32cText(object.Body))
	}
	if object.Encoding != "" {
		header.Set("X-Goog-Stored-Content-Encoding", object.Encoding)
		header.Set("Content-Encoding", object.Encoding)
	}
	writeContent(w, r, object.Body)
}

func (gcsDialect) writeError(w http.ResponseWriter, status int, code, message string) {
	writeJSON(w, status, map[string]any{"error": map[string]any{
		"code": status, "message": message,
		"errors": []map[string]string{{"domain": "global", "reason": code, "message": message}},
	}})
}

// objectPath splits /storage/v1/b/BUCKET/o/OBJECT, where the object's name is escaped.
func objectPath(path string) (bucket, key string, ok bool) {
	parts := strings.Split(path, "/")
	if len(parts) != 7 || parts[3] != "b" || parts[5] != "o" {
		return "", "", false
	}
	bucket, bucketErr := url.PathUnescape(parts[4])
	key, keyErr := url.PathUnescape(parts[6])
	return bucket, key, bucketErr == nil && keyErr == nil
}
