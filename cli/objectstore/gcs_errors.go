package objectstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"cloud.google.com/go/auth"
	"google.golang.org/api/googleapi"
)

// operation is what a request does. It names the permission that the request needs.
type operation int

const (
	opCreate operation = iota
	opGet
	opList
	opDelete
)

// gcsPermissions are the permissions of the operations, and roles that have them.
// https://cloud.google.com/storage/docs/access-control/iam-json
var gcsPermissions = map[operation]string{
	opCreate: "storage.objects.create (roles/storage.objectCreator)",
	opGet:    "storage.objects.get (roles/storage.objectViewer)",
	opList:   "storage.objects.list (roles/storage.objectViewer)",
	opDelete: "storage.objects.delete (roles/storage.objectUser)",
}

const gcsLoginHint = "log in with `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS"

// bucketMissing is a part of the message for a bucket that does not exist.
const bucketMissing = "bucket does not exist"

// gcsReasons are the reasons of errors that say more than the status.
// https://cloud.google.com/storage/docs/json_api/v1/status-codes
var gcsReasons = map[string]error{
	"accessNotConfigured":   ErrDenied,
	"accountDisabled":       ErrDenied,
	"dailyLimitExceeded":    ErrNoSpace,
	"quotaExceeded":         ErrNoSpace,
	"storageQuotaExceeded":  ErrNoSpace,
	"backendError":          nil,
	"internalError":         nil,
	"rateLimitExceeded":     nil,
	"userRateLimitExceeded": nil,
}

// requestError returns the error of a request without a response.
func (s *gcsStore) requestError(ctx context.Context, r gcsRequest, err error) error {
	var known *Error
	var token *auth.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &token) && !token.Temporary():
		return newError(ErrDenied, "%s: no token: %w", s.URL(r.key), err).withHint("%s", gcsLoginHint)
	}
	return requestError(s.URL(r.key), causeOf(ctx, err))
}

// classify returns the error for a response whose status is not 2xx.
func (s *gcsStore) classify(r gcsRequest, response *http.Response) error {
	limited := *response
	limited.Body = io.NopCloser(io.LimitReader(response.Body, maxAnswer))
	var reply *googleapi.Error
	if !errors.As(googleapi.CheckResponse(&limited), &reply) {
		reply = &googleapi.Error{Code: response.StatusCode}
	}
	text := fmt.Sprintf("%s: Cloud Storage answered %d: %s", s.URL(r.key), response.StatusCode, gcsMessage(reply))
	failure := &Error{text: text, status: response.StatusCode, retryAfter: parseRetryAfter(response.Header)}
	for _, item := range reply.Errors {
		if kind, ok := gcsReasons[item.Reason]; ok {
			failure.kind, failure.hint = kind, spaceHint(kind)
			return failure
		}
	}
	switch status := response.StatusCode; {
	case status == http.StatusPreconditionFailed, status == http.StatusForbidden && r.operation == opCreate &&
		strings.Contains(text, "storage.objects.delete"):
		// An account that may only create objects does not have the permission to replace an existing one.
		// https://cloud.google.com/storage/docs/access-control/iam-json
		failure.kind = ErrExists
	case status == http.StatusUnauthorized && reply.Message != "":
		failure.kind, failure.hint = ErrDenied, gcsLoginHint
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		failure.kind, failure.hint = ErrDenied, "grant "+gcsPermissions[r.operation]+" on gs://"+s.bucket
	case status == http.StatusNotFound && r.operation == opGet && !strings.Contains(text, bucketMissing):
		failure.kind = ErrNotFound
	case status == http.StatusNotFound:
		failure.kind, failure.hint = ErrNotFound, "check that the bucket gs://"+s.bucket+" exists"
	case status == http.StatusBadRequest && isChecksumText(text):
		failure.kind, failure.hint = ErrChecksum, damagedHint
	default:
		failure.kind = kindOfStatus(status)
		failure.hint = spaceHint(failure.kind)
	}
	return failure
}

// gcsMessage returns what Cloud Storage says, which names the principal and the permission, or the beginning of the
// body.
func gcsMessage(reply *googleapi.Error) string {
	for _, text := range []string{reply.Message, strings.TrimSpace(reply.Body), http.StatusText(reply.Code)} {
		if text != "" {
			return truncate(text)
		}
	}
	return "no text"
}
