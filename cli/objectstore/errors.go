package objectstore

import (
	"errors"
	"fmt"
	"time"
)

// Kinds of errors, for errors.Is.
var (
	// ErrExists means that an object with the key exists. Nothing was written.
	ErrExists = errors.New("the object exists")
	// ErrNotFound means that the bucket or the object does not exist.
	ErrNotFound = errors.New("not found")
	// ErrDenied means that there are no credentials, or that they lack a permission.
	ErrDenied = errors.New("denied")
	// ErrNoSpace means that the store is full or a quota is used up.
	ErrNoSpace = errors.New("no space")
	// ErrChecksum means that the store has received other bytes than the content's.
	ErrChecksum = errors.New("wrong checksum")
	// ErrContentChanged means that the content is not what it was when its digest was computed.
	ErrContentChanged = errors.New("the content has changed")
	// ErrCutOff means that the connection or the store failed until the last retry. A further run continues an upload.
	ErrCutOff = errors.New("cut off")
	// ErrInvalid means that a setting is wrong: the bucket's name, the endpoint, the region or the proxy.
	ErrInvalid = errors.New("invalid")
)

// Error is an error of a store with its kind. Its text names the object, what the store said, and how to fix it.
type Error struct {
	// kind is nil for a transient error.
	kind error
	text string
	// hint says how to fix it, or is empty.
	hint  string
	cause error
	// status is that of an answer of Cloud Storage, or 0.
	status int
	// retryAfter is what the store asks to wait.
	retryAfter time.Duration
}

func newError(kind error, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{kind: kind, text: err.Error(), cause: errors.Unwrap(err)}
}

// existsError returns the error for another object that has the key.
func existsError(location string) *Error {
	return newError(ErrExists, "%s: the object exists, with another content", location)
}

func (e *Error) withHint(format string, args ...any) *Error {
	e.hint = fmt.Sprintf(format, args...)
	return e
}

func (e *Error) Error() string {
	if e.hint == "" {
		return e.text
	}
	return e.text + ": " + e.hint
}

// Unwrap returns the kind and the cause.
func (e *Error) Unwrap() []error {
	var errs []error
	for _, err := range []error{e.kind, e.cause} {
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// isTransient reports whether an error is transient. An unknown error is.
func isTransient(err error) bool {
	var known *Error
	return !errors.As(err, &known) || known.kind == nil
}

// retryAfter returns what the store asks to wait before the next attempt.
func retryAfter(err error) time.Duration {
	var known *Error
	if errors.As(err, &known) {
		return known.retryAfter
	}
	return 0
}
