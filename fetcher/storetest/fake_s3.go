package storetest

import (
	"encoding/xml"
	"fmt"
	"net"
	"net/http"
	"strings"
)

// s3Dialect is S3's GetObject and HeadObject.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
type s3Dialect struct{}

func (s3Dialect) env(endpoint string) map[string]string { return s3Env(endpoint) }

func (s3Dialect) envVars() (bucket, path string) { return "S3_BUCKET", "S3_MODEL_PATH" }

func (s3Dialect) scheme() string { return "s3" }

func (s3Dialect) version(n int64) string { return fmt.Sprintf("version.%06d", n) }

func (d s3Dialect) serve(f *Fake, w http.ResponseWriter, r *http.Request) {
	bucket, key := bucketAndKey(r)
	version := r.URL.Query().Get("versionId")
	b, object := f.lookup(bucket, key, version)
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		d.writeError(w, http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.")
	case b == nil:
		d.writeError(w, http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist")
	case object == nil && version != "":
		d.writeError(w, http.StatusNotFound, "NoSuchVersion", "The specified version does not exist.")
	case object == nil:
		d.writeError(w, http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
	case !ifMatch(r.Header.Get("If-Match"), object.ETag):
		d.writeError(w, http.StatusPreconditionFailed, "PreconditionFailed",
			"At least one of the pre-conditions you specified did not hold")
	case r.Header.Get("Range") != "" && len(object.Body) == 0:
		w.Header().Set("Content-Range", "bytes */0")
		d.writeError(w, http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "The requested range is not satisfiable")
	default:
		d.writeObject(w, r, b, object)
	}
}

func (s3Dialect) writeObject(w http.ResponseWriter, r *http.Request, b *fakeBucket, object *FakeObject) {
	header := w.Header()
	header.Set("X-Amz-Request-Id", "0123456789ABCDEF")
	header.Set("ETag", object.ETag)
	header.Set("Content-Type", "binary/octet-stream")
	if b.versioned {
		header.Set("X-Amz-Version-Id", object.Version)
	}
	if object.Encoding != "" {
		header.Set("Content-Encoding", object.Encoding)
	}
	// S3 returns the checksum of an object only with the whole object.
	if !object.NoChecksum && r.Header.Get("X-Amz-Checksum-Mode") == "ENABLED" && r.Header.Get("Range") == "" {
		header.Set("X-Amz-Checksum-Crc64nvme", crc64Text(object.Body))
		header.Set("X-Amz-Checksum-Type", "FULL_OBJECT")
	}
	for name, value := range object.Header {
		header.Set(name, value)
	}
	writeContent(w, r, object.Body)
}

// ifMatch compares as RFC 9110 requires: a weak ETag never matches.
func ifMatch(condition, etag string) bool {
	return condition == "" || condition == "*" || condition == etag && !strings.HasPrefix(etag, "W/")
}

func (s3Dialect) writeError(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("X-Amz-Request-Id", "0123456789ABCDEF")
	writeXML(w, status, struct {
		XMLName   xml.Name `xml:"Error"`
		Code      string
		Message   string
		RequestID string `xml:"RequestId"`
	}{Code: code, Message: message, RequestID: "0123456789ABCDEF"})
}

// bucketAndKey splits a URL of path style, or of virtual-host style below localhost: http://bucket.localhost:port/key.
func bucketAndKey(r *http.Request) (bucket, key string) {
	path := strings.TrimPrefix(r.URL.Path, "/")
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	if bucket, isSubdomain := strings.CutSuffix(host, ".localhost"); isSubdomain {
		return bucket, path
	}
	bucket, key, _ = strings.Cut(path, "/")
	return bucket, key
}
