package objectstore

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// errSessionLost means that the store does not know the session any more: it is older than a week, complete or
// cancelled.
var errSessionLost = errors.New("the upload session is gone")

// maxSessions is the number of sessions that one upload may need.
const maxSessions = 3

// incompleteError is the answer to an upload of which the store has only the first bytes.
type incompleteError struct{ persisted int64 }

func (e *incompleteError) Error() string {
	return fmt.Sprintf("the store has the first %d bytes only", e.persisted)
}

// persistedBytes returns the number of bytes that the store has, by the answer's Range. Without one it has none.
// https://cloud.google.com/storage/docs/performing-resumable-uploads#status-check
func persistedBytes(header http.Header) int64 {
	last, ok := strings.CutPrefix(header.Get("Range"), "bytes=0-")
	n, err := strconv.ParseInt(last, 10, 64)
	if !ok || err != nil {
		return 0
	}
	return n + 1
}

// sendResumable uploads in a session, which survives interruptions and, with a state folder, this process. It sends the
// rest of the content in one request: Google recommends it over chunks, each of which waits for an answer.
// https://cloud.google.com/storage/docs/resumable-uploads
func (u *gcsUpload) sendResumable(ctx context.Context, stateDir string) (gcsObject, error) {
	state := newSessionFile(stateDir, u)
	session := state.load()
	for started := 0; ; started++ {
		resumed := session != ""
		if !resumed {
			var err error
			if session, err = u.startSession(ctx); err != nil {
				return gcsObject{}, err
			}
			state.save(session)
		}
		object, err := u.sendSession(ctx, session, resumed)
		switch {
		case err == nil:
			state.remove()
			return object, nil
		case errors.Is(err, errSessionLost) && started < maxSessions:
			// The object may be complete, by a request whose answer was lost.
			u.unknown, session = true, ""
			state.remove()
			if object, found, err := u.findOwn(ctx); found {
				return object, err
			}
		case errors.Is(err, ErrExists), errors.Is(err, ErrChecksum):
			state.remove()
			return gcsObject{}, err
		case errors.Is(err, errSessionLost):
			return gcsObject{}, newError(ErrCutOff, "%s: %w", u.store.URL(u.key), err)
		default:
			return gcsObject{}, err
		}
	}
}

func (u *gcsUpload) startSession(ctx context.Context) (session string, err error) {
	metadata := u.metadata()
	err = u.store.retry.do(ctx, func() error {
		response, err := u.store.send(ctx, gcsRequest{
			method: http.MethodPost, url: u.uploadURL("resumable"), key: u.key, operation: opCreate,
			header: http.Header{
				"Content-Type":          {"application/json; charset=UTF-8"},
				"X-Upload-Content-Type": {contentType}, "X-Upload-Content-Length": {strconv.FormatInt(u.content.Size, 10)},
			},
			body: strings.NewReader(string(metadata)), length: int64(len(metadata)),
		})
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if session = response.Header.Get("Location"); session == "" {
			return newError(ErrInvalid, "%s: the answer is not from Cloud Storage: it has no session", u.store.URL(u.key)).
				withHint(proxyHint)
		}
		return nil
	})
	return session, err
}

// sendSession sends what the store does not have. After an interruption it asks for the persisted bytes.
func (u *gcsUpload) sendSession(ctx context.Context, session string, resumed bool) (object gcsObject, err error) {
	offset, isKnown := int64(0), !resumed
	err = u.store.retry.run(ctx, func() (bool, error) {
		before := offset
		if !isKnown {
			var incomplete *incompleteError
			object, err = u.sessionStatus(ctx, session)
			if !errors.As(err, &incomplete) {
				return false, err
			}
			offset, isKnown = incomplete.persisted, true
		}
		u.progress.set(offset)
		object, err = u.sendRest(ctx, session, offset)
		if err != nil {
			isKnown = false
		}
		return offset > before, err
	})
	return object, err
}

// sessionStatus asks for the state of a session: the object if it is complete, otherwise an incompleteError.
func (u *gcsUpload) sessionStatus(ctx context.Context, session string) (gcsObject, error) {
	object, err := u.finish(ctx, gcsRequest{
		method: http.MethodPut, url: session, key: u.key, operation: opCreate,
		header: http.Header{"Content-Range": {fmt.Sprintf("bytes */%d", u.content.Size)}},
	})
	return object, sessionError(err, true)
}

// sendRest sends the content from offset in one request.
func (u *gcsUpload) sendRest(ctx context.Context, session string, offset int64) (gcsObject, error) {
	watched, touch, stop := watchStall(ctx, u.store.retry.stall)
	defer stop()
	r := gcsRequest{
		method: http.MethodPut, url: session, key: u.key, operation: opCreate, length: u.content.Size - offset,
		header: http.Header{"Content-Range": {fmt.Sprintf("bytes %d-%d/%d", offset, u.content.Size-1, u.content.Size)}},
	}
	content := newBody(watched, u.content, offset, r.length, u.progress, touch)
	if r.length == 0 {
		r.header.Set("Content-Range", fmt.Sprintf("bytes */%d", u.content.Size))
	} else {
		r.body = content
	}
	object, err := u.finish(watched, r)
	if err != nil {
		content.takeBack()
	}
	return object, sessionError(err, false)
}

// sessionError returns errSessionLost for a session that the store does not know. isStatus is true for a request
// without content, which a store only refuses if the session is not valid any more.
func sessionError(err error, isStatus bool) error {
	var known *Error
	switch {
	case errors.Is(err, ErrNotFound) && strings.Contains(err.Error(), bucketMissing):
		return err
	case errors.Is(err, ErrNotFound), errors.As(err, &known) && known.status == http.StatusGone,
		isStatus && (errors.Is(err, ErrInvalid) || errors.Is(err, ErrChecksum)):
		return &Error{kind: errSessionLost, text: err.Error()}
	}
	return err
}
