// Package fetcherr names the ways in which a fetch ends, so that one table ties
// what went wrong to an exit code, a word in the summary, and whether trying
// again can help.
package fetcherr

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of trouble an error is.
type Kind int

const (
	// Transient may pass by itself: a reset connection, a 503, a stalled range.
	// It is the zero value, so that an error nobody classified is tried again
	// and, should it stay, ends in "gave up" and not in a wrong accusation.
	Transient Kind = iota
	// InvalidConfig is a request that can never work as it is written.
	InvalidConfig
	// PermissionDenied means that there is no identity, or that it lacks a grant.
	PermissionDenied
	// IdentityNotReady is Denied where an identity that is not ready yet would look
	// the same: a role binding or a token that is still on its way. It is
	// waited for, and Denied when the time is out.
	IdentityNotReady
	// NotFound is a bucket, an object or a version that does not exist.
	NotFound
	// Integrity is bytes that are not what was asked for.
	Integrity
	// ObjectChanged is an object that was replaced while it was read. It is an
	// integrity fault that a fresh start can heal.
	ObjectChanged
	// Corrupted is bytes that arrived other than the store has them. A fresh
	// start can heal that too.
	Corrupted
	// NoSpace is a volume too small for what was asked.
	NoSpace
	// InvalidArchive is an archive that is broken, or unsafe to extract.
	InvalidArchive
	// Interrupted is a run that was told to stop.
	Interrupted
)

// kinds holds, for each Kind, its word in the summary and its exit code.
// The codes are a contract with whoever reads a pod's status; 143 is what a
// shell reports for a process that SIGTERM ended.
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
	Interrupted:      {"interrupted", 143},
}

// String is the kind's word in the summary.
func (k Kind) String() string { return kinds[k].word }

// ExitCode is the process's exit code for the kind, never 0.
func (k Kind) ExitCode() int { return kinds[k].exit }

// Retryable says whether the same request may succeed when it is made again.
func (k Kind) Retryable() bool { return k == Transient || k == ObjectChanged || k == Corrupted }

// Error is an error of a known kind.
type Error struct {
	Kind Kind
	// Err is what happened.
	Err error
	// Hint is what a person can do about it; may be empty.
	Hint string
	// RetryAfter is how long the other side asks to be left alone; 0 when it does
	// not say.
	RetryAfter time.Duration
}

func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Err.Error()
	}
	return e.Err.Error() + " (" + e.Hint + ")"
}

func (e *Error) Unwrap() error { return e.Err }

// New makes an error of the kind; format and args are those of fmt.Errorf.
func New(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Err: fmt.Errorf(format, args...)}
}

// WithHint adds what a person can do and returns the same error.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// WithRetryAfter adds how long to wait before the next try and returns the same error.
func (e *Error) WithRetryAfter(after time.Duration) *Error {
	e.RetryAfter = after
	return e
}

// RetryAfterOf finds how long err asks to wait before the next try.
func RetryAfterOf(err error) time.Duration {
	var known *Error
	if errors.As(err, &known) {
		return known.RetryAfter
	}
	return 0
}

// KindOf finds the kind of err, which must not be nil. A deadline that passed
// counts as giving up and a cancelled context as an interruption, unless an
// Error around them says otherwise.
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
