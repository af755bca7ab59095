// Package fetcherr defines the kinds of errors. One table maps each kind to the exit code, the word in the summary and
// whether a retry can help.
package fetcherr

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Kind classifies an error.
type Kind int

const (
	// Transient may pass by itself: a reset connection, a 503, a stalled range. It is the zero value, so that an
	// unclassified error is retried and, if it persists, ends as "gave up".
	Transient Kind = iota
	// InvalidConfig is a request that can never succeed as written.
	InvalidConfig
	// PermissionDenied means that there are no credentials, or that they lack a permission.
	PermissionDenied
	// IdentityNotReady is PermissionDenied while the identity may still become ready: a role binding or a token that
	// has not taken effect yet looks the same. It is retried, and is PermissionDenied after FETCH_IDENTITY_WAIT.
	IdentityNotReady
	// NotFound is a bucket, an object or a version that does not exist, or an object that has to be restored first.
	NotFound
	// Integrity is an object with other content than requested.
	Integrity
	// ObjectChanged is an object that was replaced while it was read. Unlike Integrity, a new attempt can succeed.
	ObjectChanged
	// Corrupted is content that was corrupted in transit. A new attempt can succeed.
	Corrupted
	// NoSpace is a volume that is too small.
	NoSpace
	// InvalidArchive is an archive that is corrupt or unsafe to extract.
	InvalidArchive
	// Untrusted is an artifact without a valid signature of the required signer.
	Untrusted
	// Interrupted is a run that was ended by a signal.
	Interrupted
)

// kinds maps each Kind to its word in the summary and its exit code. The codes must not change: users and tools read
// them in a pod's status. 143 is a shell's exit code for a process that SIGTERM ended.
var kinds = map[Kind]struct {
	word string
	exit int
}{
	Transient:        {"gave up", 8},
	InvalidConfig:    {"config", 2},
	PermissionDenied: {"denied", 3},
	IdentityNotReady: {"denied", 3},
	NotFound:         {"not found", 4},
	Integrity:        {"integrity", 5},
	ObjectChanged:    {"changed", 5},
	Corrupted:        {"integrity", 5},
	NoSpace:          {"no space", 6},
	InvalidArchive:   {"archive", 7},
	Untrusted:        {"untrusted", 9},
	Interrupted:      {"interrupted", 143},
}

// String returns the kind's word in the summary.
func (k Kind) String() string { return kinds[k].word }

// ExitCode returns the process's exit code for the kind. It is never 0.
func (k Kind) ExitCode() int { return kinds[k].exit }

// Retryable reports whether the same request may succeed in a new attempt.
func (k Kind) Retryable() bool { return k == Transient || k == ObjectChanged || k == Corrupted }

// Error is an error of a known kind.
type Error struct {
	Kind Kind
	// Err is the cause.
	Err error
	// Hint says what a person can do about it. It may be empty.
	Hint string
	// RetryAfter is how long the server asks to wait before the next attempt, or 0.
	RetryAfter time.Duration
	// Throttled means that the store gets more requests than it can answer, and may answer this one later.
	Throttled bool
}

func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Err.Error()
	}
	return e.Err.Error() + " (" + e.Hint + ")"
}

func (e *Error) Unwrap() error { return e.Err }

// New returns an error of the kind. format and args are those of fmt.Errorf.
func New(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Err: fmt.Errorf(format, args...)}
}

// WithHint sets the hint and returns the same error.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// WithRetryAfter sets the wait before the next attempt and returns the same error.
func (e *Error) WithRetryAfter(after time.Duration) *Error {
	e.RetryAfter = after
	return e
}

// RetryAfterOf returns how long err asks to wait before the next attempt, or 0.
func RetryAfterOf(err error) time.Duration {
	var known *Error
	if errors.As(err, &known) {
		return known.RetryAfter
	}
	return 0
}

// WithThrottled sets whether the store is throttling, and returns the same error.
func (e *Error) WithThrottled(throttled bool) *Error {
	e.Throttled = throttled
	return e
}

// IsThrottled reports whether err means that the store gets more requests than it can answer.
func IsThrottled(err error) bool {
	var known *Error
	return errors.As(err, &known) && known.Throttled
}

// KindOf returns the kind of err, which must not be nil. Without an Error in the chain, a cancelled context is
// Interrupted and anything else, including an exceeded deadline, is Transient.
func KindOf(err error) Kind {
	var known *Error
	switch {
	case errors.As(err, &known):
		return known.Kind
	case errors.Is(err, context.Canceled):
		return Interrupted
	default:
		return Transient
	}
}
