// Package exitcode maps errors to the exit codes of modelferry, which scripts rely on.
package exitcode

import (
	"context"
	"errors"
	"strings"

	"github.com/modelferry/modelferry/cli/objectstore"
	"github.com/modelferry/modelferry/config"
)

// The exit codes.
const (
	// Failed means that a rollout failed, or that what was compared differs.
	Failed = 1
	// Invalid means invalid usage, configuration or input.
	Invalid = 2
	// Denied means that the credentials lack a right.
	Denied = 3
	// NotFound means that an object, a bucket or a release does not exist.
	NotFound = 4
	// Interrupted means that a signal or a timeout ended the command.
	Interrupted = 8
)

// codeError is an error with an exit code.
type codeError struct {
	error
	code int
}

func (e codeError) Unwrap() error { return e.error }

// WithCode gives an error an exit code. It returns nil for nil.
func WithCode(code int, err error) error {
	if err == nil {
		return nil
	}
	return codeError{err, code}
}

// Of returns the exit code of a command that returned err. ctx is the command's context.
func Of(ctx context.Context, err error) int {
	var coded codeError
	var validation *config.ValidationError
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return Interrupted
	case errors.As(err, &coded):
		return coded.code
	case errors.As(err, &validation), errors.Is(err, objectstore.ErrInvalid), isUsageError(err):
		return Invalid
	case errors.Is(err, objectstore.ErrDenied):
		return Denied
	case errors.Is(err, objectstore.ErrNotFound):
		return NotFound
	}
	return Failed
}

// isUsageError reports whether an error is one of cobra's, which have no type.
// https://github.com/spf13/cobra/blob/v1.10.2/args.go
func isUsageError(err error) bool {
	for _, beginning := range []string{
		"unknown command ", "accepts ", "requires at least ", "required flag(s) ", "if any flags in the group ",
		"at least one of the flags ",
	} {
		if strings.HasPrefix(err.Error(), beginning) {
			return true
		}
	}
	return false
}
