package objectstore_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/uploadtest"
	"github.com/modelferry/modelferry/cli/objectstore"
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/fetcher/faultproxy"
)

// answer returns the fault of an error in the form of a store.
func answer(cloud config.Cloud, status int, code, message string) faultproxy.Fault {
	if cloud == config.GKE {
		return uploadtest.Answer(status, "application/json",
			fmt.Sprintf(`{"error":{"code":%d,"message":%q,"errors":[{"reason":%q}]}}`, status, message, code))
	}
	return uploadtest.Answer(status, "application/xml", fmt.Sprintf(`<Error><Code>%s</Code><Message>%s</Message></Error>`, code, message))
}

// What a store does with a request of an upload, and what comes of it.
func TestPut_storeBehaviour(t *testing.T) {
	const always = 1000
	const gcsDenied = "ci@demo.iam.gserviceaccount.com does not have storage.objects.create access to the Google Cloud Storage object."
	const s3Denied = "User: arn:aws:sts::123456789012:assumed-role/ci/run is not authorized to perform: s3:PutObject on resource: x"
	for name, tt := range map[string]struct {
		times  int
		status int
		// codes and messages of Cloud Storage and S3.
		code, message map[config.Cloud]string
		fault         faultproxy.Fault
		// match selects the requests, by default those with content.
		match func(*http.Request) bool
		// kind of the error, nil if the upload succeeds.
		kind error
		text map[config.Cloud]string
	}{
		"500 once":        {times: 1, status: 500},
		"502 once":        {times: 1, status: 502},
		"503 three times": {times: 3, status: 503},
		"503 for ever":    {times: always, status: 503, kind: objectstore.ErrCutOff},
		"429 once":        {times: 1, status: 429, code: both("rateLimitExceeded", "SlowDown")},
		"408 once":        {times: 1, status: 408},
		"throttled":       {times: 1, status: 403, code: both("userRateLimitExceeded", "Throttling")},
		"conflict":        {times: 1, status: 409, code: both("conflict", "OperationAborted")},
		"403": {times: always, status: 403, code: both("forbidden", "AccessDenied"), message: both(gcsDenied, s3Denied),
			kind: objectstore.ErrDenied, text: both("ci@demo.iam.gserviceaccount.com does not have storage.objects.create",
				"assumed-role/ci/run is not authorized to perform: s3:PutObject")},
		"403 without a reason": {times: always, status: 403, kind: objectstore.ErrDenied,
			text: both("grant storage.objects.create", "grant s3:PutObject on arn:aws:s3:::")},
		"401": {times: always, status: 401, code: both("authError", "InvalidToken"), message: both("Invalid Credentials", "x"),
			kind: objectstore.ErrDenied, text: both("gcloud auth", "aws sso login")},
		"no bucket": {times: always, status: 404, code: both("notFound", "NoSuchBucket"), kind: objectstore.ErrNotFound,
			message: both("The specified bucket does not exist.", "x"), text: both("check that the bucket", "check that the bucket")},
		"403 to replace an object": {times: always, status: 403, code: both("forbidden", "PreconditionFailed"), kind: objectstore.ErrExists,
			message: both("ci@demo.iam.gserviceaccount.com does not have storage.objects.delete access to the object.", "x")},
		"412":          {times: always, status: 412, code: both("conditionNotMet", "PreconditionFailed"), kind: objectstore.ErrExists},
		"507":          {times: always, status: 507, kind: objectstore.ErrNoSpace, text: both("raise the quota", "raise the quota")},
		"quota":        {times: always, status: 403, code: both("quotaExceeded", "QuotaExceeded"), kind: objectstore.ErrNoSpace},
		"wrong region": {times: always, status: 301, code: both("movedPermanently", "PermanentRedirect"), kind: objectstore.ErrInvalid},
		"a page of a web filter": {times: always, fault: uploadtest.Answer(200, "text/html", "<html>This site is blocked.</html>"),
			kind: errAny},
		"cut once":                {times: 1, fault: uploadtest.Cut(100_000)},
		"cut three times":         {times: 3, fault: uploadtest.Cut(100_000)},
		"cut at once, for ever":   {times: always, fault: uploadtest.Cut(0), kind: objectstore.ErrCutOff},
		"answer lost":             {times: 1, fault: uploadtest.LoseAnswer()},
		"answer lost three times": {times: 3, fault: uploadtest.LoseAnswer()},
		"damaged for ever":        {times: always, fault: uploadtest.FlipByte(500), kind: objectstore.ErrChecksum},
		"wrong checksum of the store": {times: always, match: uploadtest.IsUpload, fault: uploadtest.WrongChecksum(),
			kind: objectstore.ErrChecksum, text: both("the damaged object was removed", "")},
		"slow": {times: 2, fault: uploadtest.Slow(64<<10, time.Millisecond)},
	} {
		for sizeName, size := range map[string]int{"small": 200_000, "large": objectstore.PartSize + 200_000} {
			t.Run(name+"/"+sizeName, func(t *testing.T) {
				onEachStore(t, func(t *testing.T, server uploadtest.Store, store objectstore.Store) {
					cloud := server.Location.Cloud
					fault := tt.fault
					if fault == nil {
						fault = answer(cloud, tt.status, tt.code[cloud], tt.message[cloud])
					}
					match := tt.match
					if match == nil {
						match = uploadtest.IsContent
					}
					server.Proxy.Inject(tt.times, match, fault)
					content, upload := randomContent(size, 1)
					_, err := store.Put(t.Context(), "bankchurn/model", upload, objectstore.PutOptions{StateDir: t.TempDir()})
					checkResult(t, store, tt.kind, tt.text[cloud], content, err)
				})
			})
		}
	}
}

func both(gcs, s3 string) map[config.Cloud]string {
	return map[config.Cloud]string{config.GKE: gcs, config.EKS: s3}
}

// errAny is any error.
var errAny = errors.New("any")

func checkResult(t *testing.T, store objectstore.Store, kind error, text string, content []byte, err error) {
	t.Helper()
	if kind == nil {
		require.NoError(t, err)
		require.Equal(t, sha256Of(content), sha256Of(read(t, store, "bankchurn/model")))
		return
	}
	if errors.Is(kind, errAny) {
		require.Error(t, err)
	} else {
		require.ErrorIs(t, err, kind)
	}
	if !errors.Is(err, objectstore.ErrExists) {
		requireMissing(t, store, "bankchurn/model")
	}
	require.ErrorContains(t, err, store.URL("bankchurn/model"))
	require.ErrorContains(t, err, text)
	require.Less(t, len(err.Error()), 1000)
}
