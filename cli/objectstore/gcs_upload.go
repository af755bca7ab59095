package objectstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// gcsSingleRequest is the size up to which an object is uploaded in one request, which starts from the beginning after
// an interruption. Google recommends it for files of up to 8 MiB.
// https://cloud.google.com/storage/docs/uploads-downloads#size
const gcsSingleRequest = 8 << 20

// gcsUpload is the upload of one content.
type gcsUpload struct {
	store    *gcsStore
	key      string
	content  Content
	digest   digest
	progress *progress
	// unknown is true if an earlier request may have created the object although no answer arrived.
	unknown bool
}

func (s *gcsStore) Put(ctx context.Context, key string, content Content, o PutOptions) (Object, error) {
	if err := checkContent(s.URL(key), key, content); err != nil {
		return Object{}, err
	}
	sums, err := computeDigest(ctx, s.URL(key), content, newCRC32C())
	if err != nil {
		return Object{}, err
	}
	u := &gcsUpload{store: s, key: key, content: content, digest: sums, progress: newProgress(o.Progress)}
	put := u.sendOnce
	if content.Size > gcsSingleRequest {
		put = func(ctx context.Context) (gcsObject, error) { return u.sendResumable(ctx, o.StateDir) }
	}
	object, err := put(ctx)
	if errors.Is(err, ErrExists) && u.unknown {
		if own, found, ownErr := u.findOwn(ctx); found {
			object, err = own, ownErr
		}
	}
	if err != nil {
		return Object{}, err
	}
	if err := u.check(ctx, object); err != nil {
		return Object{}, err
	}
	u.progress.set(content.Size)
	return object.object(), nil
}

// metadata returns the object's resource. The store compares the checksum with what it receives before it creates the
// object.
func (u *gcsUpload) metadata() []byte {
	text, _ := json.Marshal(map[string]any{ // cannot fail
		"name": u.key, "contentType": contentType, "crc32c": u.digest.crc, "metadata": map[string]string{metadataDigest: u.digest.sha256},
	})
	return text
}

// uploadURL returns the URL that starts an upload. Generation 0 means that no object with the key may exist.
// https://cloud.google.com/storage/docs/request-preconditions
func (u *gcsUpload) uploadURL(uploadType string) string {
	query := url.Values{
		"uploadType": {uploadType}, "name": {u.key}, "ifGenerationMatch": {"0"}, "fields": {gcsFields}, "prettyPrint": {"false"},
	}
	return u.store.endpoint + "/upload/storage/v1/b/" + escapeName(u.store.bucket) + "/o?" + query.Encode()
}

// sendOnce sends metadata and content in one request.
// https://cloud.google.com/storage/docs/json_api/v1/how-tos/multipart-upload
func (u *gcsUpload) sendOnce(ctx context.Context) (object gcsObject, err error) {
	u.progress.set(0)
	const boundary = "modelferry-artifact-boundary"
	head := fmt.Sprintf("--%s\r\nContent-Type: application/json\r\n\r\n%s\r\n--%s\r\nContent-Type: %s\r\n\r\n",
		boundary, u.metadata(), boundary, contentType)
	tail := "\r\n--" + boundary + "--\r\n"
	err = u.store.retry.do(ctx, func() error {
		watched, touch, stop := watchStall(ctx, u.store.retry.stall)
		defer stop()
		content := newBody(watched, u.content, 0, u.content.Size, u.progress, touch)
		object, err = u.finish(watched, gcsRequest{
			method: http.MethodPost, url: u.uploadURL("multipart"), key: u.key, operation: opCreate,
			header: http.Header{"Content-Type": {"multipart/related; boundary=" + boundary}},
			body:   io.MultiReader(strings.NewReader(head), content, strings.NewReader(tail)),
			length: int64(len(head)) + u.content.Size + int64(len(tail)),
		})
		if err != nil {
			content.takeBack()
		}
		return err
	})
	return object, err
}

// finish sends a request that creates the object, and decodes the answer.
func (u *gcsUpload) finish(ctx context.Context, r gcsRequest) (object gcsObject, err error) {
	response, err := u.store.send(ctx, r)
	if err != nil {
		u.unknown = u.unknown || isTransient(err)
		return gcsObject{}, err
	}
	if response.StatusCode == http.StatusPermanentRedirect {
		defer response.Body.Close()
		return gcsObject{}, &incompleteError{persisted: persistedBytes(response.Header)}
	}
	if err := decode(response, &object); err != nil {
		u.unknown = true
		return gcsObject{}, newError(nil, "%s: %w", u.store.URL(u.key), err)
	}
	object.Name = u.key
	return object, nil
}

// findOwn looks for the object after a request whose outcome is not known: an earlier one may have created it although
// its answer was lost. It is ErrExists if it is not the one to upload. found is false if there is none.
func (u *gcsUpload) findOwn(ctx context.Context) (object gcsObject, found bool, err error) {
	if object, err = u.store.stat(ctx, u.key); err != nil {
		return gcsObject{}, false, err
	}
	if object.Size != u.content.Size || object.CRC32C != u.digest.crc || object.Metadata[metadataDigest] != u.digest.sha256 {
		return gcsObject{}, true, existsError(u.store.URL(u.key))
	}
	return object, true, nil
}

// check compares the new object with the content. A store that does not check the checksum itself may have created a
// damaged one, which is removed.
func (u *gcsUpload) check(ctx context.Context, object gcsObject) error {
	if object.Size == u.content.Size && object.CRC32C == u.digest.crc {
		return nil
	}
	failure := newError(ErrChecksum, "%s: the store has %d bytes with the CRC32C %q, expected %d bytes with %q",
		u.store.URL(u.key), object.Size, object.CRC32C, u.content.Size, u.digest.crc)
	if err := u.store.remove(ctx, object); err != nil {
		return failure.withHint("remove the damaged object: %v", err)
	}
	return failure.withHint("%s", removedHint)
}
