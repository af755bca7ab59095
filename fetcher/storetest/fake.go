package storetest

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"hash/crc32"
	"maps"
	"net/http"
	"strconv"
	"sync"
	"testing"

	"github.com/minio/crc64nvme"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
)

// Fake is an object store in this process that answers as S3 or Cloud Storage do, unless faults are injected: every way
// in which a store or a proxy before it may misbehave is a faultproxy.Fault. It keeps all versions of an object, checks
// no credentials, and does not record uploads over HTTP.
type Fake struct {
	*faultproxy.Proxy
	dialect dialect

	mutex   sync.Mutex
	buckets map[string]*fakeBucket
}

// dialect is the protocol of a store.
type dialect interface {
	serve(f *Fake, w http.ResponseWriter, r *http.Request)
	writeError(w http.ResponseWriter, status int, code, message string)
	env(endpoint string) map[string]string
	envVars() (bucket, path string)
	scheme() string
	version(n int64) string
}

type fakeBucket struct {
	versioned bool
	// objects holds the versions of each object, the last one is live. A nil version is a delete marker.
	objects map[string][]*FakeObject
}

// FakeObject is one version of an object.
type FakeObject struct {
	Body []byte
	// Version is set by the store.
	Version string
	// Encoding is the Content-Encoding.
	Encoding string
	// ETag is set by the store if it is empty.
	ETag string
	// Header are further headers of S3's responses with the object, such as a storage class or a checksum, which
	// replaces the store's own.
	Header map[string]string
	// NoChecksum omits the store's checksum.
	NoChecksum bool
}

// FakeS3 starts a store that answers as S3 does. It ends with the test.
func FakeS3(tb testing.TB) *Fake {
	tb.Helper()
	return newFake(tb, s3Dialect{})
}

// FakeGCS starts a store that answers as the JSON API of Cloud Storage does. It ends with the test.
func FakeGCS(tb testing.TB) *Fake {
	tb.Helper()
	return newFake(tb, gcsDialect{})
}

// Fakes returns a new store of each dialect by name.
func Fakes(tb testing.TB) map[string]*Fake {
	tb.Helper()
	return map[string]*Fake{"s3": FakeS3(tb), "gcs": FakeGCS(tb)}
}

func newFake(tb testing.TB, protocol dialect) *Fake {
	tb.Helper()
	f := &Fake{dialect: protocol, buckets: map[string]*fakeBucket{}}
	f.Proxy = faultproxy.NewHandler(tb, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { protocol.serve(f, w, r) }))
	return f
}

func (f *Fake) Endpoint() string { return f.Proxy.URL }

func (f *Fake) Env(endpoint string) map[string]string { return f.dialect.env(endpoint) }

func (f *Fake) EnvVars() (bucket, path string) { return f.dialect.envVars() }

// URL returns the object's URL as the fetcher's messages print it.
func (f *Fake) URL(bucket, key string) string { return f.dialect.scheme() + "://" + bucket + "/" + key }

// MissingVersion returns a valid version that no object has.
func (f *Fake) MissingVersion() string { return f.dialect.version(17) }

// Bucket creates a bucket with versioning.
func (f *Fake) Bucket(tb testing.TB) string {
	tb.Helper()
	return f.addBucket(true)
}

// UnversionedBucket creates a bucket without versioning: only the live version of an object can be read, and on S3 it
// has no version ID.
func (f *Fake) UnversionedBucket(tb testing.TB) string {
	tb.Helper()
	return f.addBucket(false)
}

func (f *Fake) addBucket(versioned bool) string {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	name := fmt.Sprintf("models-%d", nameCounter.Add(1))
	f.buckets[name] = &fakeBucket{versioned: versioned, objects: map[string][]*FakeObject{}}
	return name
}

func (f *Fake) Put(tb testing.TB, bucket, key string, body []byte) string {
	tb.Helper()
	return f.PutObject(tb, bucket, key, FakeObject{Body: body})
}

func (f *Fake) PutGzipped(tb testing.TB, bucket, key string, body []byte) string {
	tb.Helper()
	return f.PutObject(tb, bucket, key, FakeObject{Body: body, Encoding: "gzip"})
}

// PutObject writes an object and returns its version.
func (f *Fake) PutObject(tb testing.TB, bucket, key string, object FakeObject) string {
	tb.Helper()
	f.mutex.Lock()
	defer f.mutex.Unlock()
	b := f.buckets[bucket]
	require.NotNil(tb, b, "no bucket %s", bucket)
	object.Version = f.dialect.version(nameCounter.Add(1))
	if object.ETag == "" {
		object.ETag = fmt.Sprintf("%q", fmt.Sprintf("%08x%08x", crc32c(object.Body), len(object.Body)))
	}
	object.Header = maps.Clone(object.Header)
	b.add(key, &object)
	return object.Version
}

// Delete deletes an object. A versioned bucket keeps its versions.
func (f *Fake) Delete(tb testing.TB, bucket, key string) {
	tb.Helper()
	f.mutex.Lock()
	defer f.mutex.Unlock()
	require.NotNil(tb, f.buckets[bucket], "no bucket %s", bucket)
	f.buckets[bucket].add(key, nil)
}

func (b *fakeBucket) add(key string, object *FakeObject) {
	if !b.versioned {
		b.objects[key] = nil
	}
	b.objects[key] = append(b.objects[key], object)
}

// lookup returns a version of an object, or the live one for an empty version. The object is nil if there is none.
func (f *Fake) lookup(bucket, key, version string) (b *fakeBucket, object *FakeObject) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	b = f.buckets[bucket]
	if b == nil || len(b.objects[key]) == 0 {
		return b, nil
	}
	versions := b.objects[key]
	if version == "" {
		return b, versions[len(versions)-1]
	}
	for _, candidate := range versions {
		if candidate != nil && candidate.Version == version {
			return b, candidate
		}
	}
	return b, nil
}

// Error responds with an error in the form of the store: code is S3's error code, or the reason of Cloud Storage.
func (f *Fake) Error(status int, code, message string) faultproxy.Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		f.dialect.writeError(w, status, code, message)
	}
}

// writeContent responds with the object's bytes as stored, or the requested range of them.
func writeContent(w http.ResponseWriter, r *http.Request, body []byte) {
	header := w.Header()
	header.Set("Accept-Ranges", "bytes")
	first, last, ok := parseRange(r.Header.Get("Range"), int64(len(body)))
	status := http.StatusOK
	if ok {
		header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, len(body)))
		body, status = body[first:last+1], http.StatusPartialContent
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client may close the connection
	}
}

// parseRange parses the forms "bytes=a-b" and "bytes=a-". An invalid header is ignored, as RFC 9110 requires.
func parseRange(text string, size int64) (first, last int64, ok bool) {
	if n, _ := fmt.Sscanf(text, "bytes=%d-%d", &first, &last); n == 0 || first >= size {
		return 0, 0, false
	} else if n == 1 {
		last = size - 1
	}
	return first, min(last, size-1), true
}

func crc32c(body []byte) uint32 { return crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)) }

func crc32cText(body []byte) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32c(body)))
}

func crc64Text(body []byte) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, crc64nvme.Checksum(body)))
}

func writeXML(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_ = xml.NewEncoder(w).Encode(v) // the client may close the connection
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may close the connection
}
