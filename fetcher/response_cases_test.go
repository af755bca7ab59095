package main_test

import (
	"net/http"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// faults is short for the table below.
type faults = []faultproxy.Fault

func once(match func(*http.Request) bool, fault faultproxy.Fault) func(*storetest.Fake) {
	return func(f *storetest.Fake) { f.Inject(1, match, fault) }
}

var responseCases = []responseCase{
	{name: "a store without ranges", always: faults{faultproxy.IgnoreRange()},
		log: "the store ignores ranges: downloading the object in one request"},
	{name: "a store without ranges and lengths", stores: "gcs",
		always: faults{faultproxy.IgnoreRange(), faultproxy.If(faultproxy.IsMedia, faultproxy.NoContentLength())},
		log:    "the store ignores ranges"},
	{name: "a store without ranges and lengths", stores: "s3",
		always: faults{faultproxy.IgnoreRange(), faultproxy.If(faultproxy.IsGet, faultproxy.NoContentLength())},
		log:    "the store ignores ranges"},
	{name: "a store without ranges whose connection breaks", always: faults{faultproxy.IgnoreRange()},
		inject:   once(isWhole, faultproxy.Reset(3*responsePart)),
		attempts: 1, log: "the store ignores ranges"},
	{name: "a store that says that it has no ranges", stores: "s3",
		always:   faults{faultproxy.IgnoreRange(), faultproxy.ResponseHeader("Accept-Ranges", "none")},
		attempts: 1, requests: []string{"GET "}},
	{name: "ranges of unknown total", always: faults{faultproxy.UnknownTotal()}, attempts: 1},
	{name: "ranges without length", always: faults{faultproxy.If(faultproxy.IsRange, faultproxy.NoContentLength())}, attempts: 1},
	{name: "weak ETags", stores: "s3", always: faults{faultproxy.WeakETag()}, attempts: 1, requests: []string{"GET "}},
	{name: "weak ETags, and the connection breaks", stores: "s3", always: faults{faultproxy.WeakETag()},
		inject: once(isWhole, faultproxy.Reset(3*responsePart)), attempts: 2, log: "has no strong ETag"},
	{name: "no ETag", stores: "s3", always: faults{faultproxy.ResponseHeader("ETag", "")}, attempts: 1,
		requests: []string{"GET "}},
	{name: "no HEAD: 405", stores: "s3", noChecksum: true, always: faults{faultproxy.If(faultproxy.IsHead, faultproxy.Status(405))},
		attempts: 1, requests: []string{"GET ", "HEAD ", "GET bytes=0-0"}},
	{name: "no HEAD: 501", stores: "s3", noChecksum: true, always: faults{faultproxy.If(faultproxy.IsHead, faultproxy.Status(501))},
		attempts: 1, requests: []string{"GET ", "HEAD ", "GET bytes=0-0"}},
	{name: "no HEAD: 404", stores: "s3", noChecksum: true, always: faults{faultproxy.If(faultproxy.IsHead, faultproxy.Status(404))},
		attempts: 1},
	{name: "neither HEAD nor ranges", stores: "s3", noChecksum: true, always: faults{
		faultproxy.If(faultproxy.IsHead, faultproxy.Status(405)), faultproxy.IgnoreRange()}, attempts: 1,
		requests: []string{"GET ", "HEAD ", "GET bytes=0-0", "GET "}},
	{name: "HEAD without length", stores: "s3", noChecksum: true,
		always:   faults{faultproxy.If(faultproxy.IsHead, faultproxy.NoContentLength())},
		attempts: 1, requests: []string{"GET ", "HEAD ", "GET bytes=0-0"}},
	{name: "HEAD without length, and another ETag of the first byte", stores: "s3", noChecksum: true,
		always: faults{faultproxy.If(faultproxy.IsHead, faultproxy.NoContentLength())},
		inject: once(faultproxy.IsRange, faultproxy.ResponseHeader("ETag", `"0"`)), attempts: 2,
		log: "was replaced while it was looked up"},
	{name: "HEAD with length 0", stores: "s3", noChecksum: true,
		always:   faults{faultproxy.If(faultproxy.IsHead, faultproxy.ResponseHeader("Content-Length", "0"))},
		attempts: 1, requests: []string{"GET ", "HEAD ", "GET bytes=0-0"}},
	{name: "HEAD without length and ranges without total", stores: "s3", noChecksum: true,
		always: faults{faultproxy.If(faultproxy.IsHead, faultproxy.NoContentLength()), faultproxy.UnknownTotal()},
		exit:   2, outcome: "config", message: "%s: the store does not tell the object's size"},

	{name: "a block page", always: faults{faultproxy.BlockPage("")}, exit: 2, outcome: "config",
		message: `%s: the answer is not from STORE: status 200, Content-Type "text/html"`},
	{name: "a block page with an ETag", always: faults{faultproxy.BlockPage(`"5f2-1a"`)}, exit: 2, outcome: "config",
		message: `%s: the answer is not from STORE: status 200, Content-Type "text/html"`},
	{
		name:     "a block page in place of a range",
		inject:   once(faultproxy.IsRange, faultproxy.BlockPage("")),
		attempts: 1,
		log:      "the answer is not from",
	},
	{name: "block pages in place of ranges", always: faults{faultproxy.If(faultproxy.IsRange, faultproxy.BlockPage(`"x"`))},
		pairs: []string{"FETCH_RETRIES", "0"}, exit: 8, outcome: "gave up", message: "%s: the answer is not from STORE"},

	{name: "a store that ignores versions", always: faults{faultproxy.IgnoreVersion()}, newer: true,
		pairs: []string{"MODEL_VERSION", "pinned"}, exit: 5, outcome: "integrity", message: "the store returned"},
	{name: "a store without versions", stores: "s3", always: faults{faultproxy.ResponseHeader("X-Amz-Version-Id", "")},
		pairs: []string{"MODEL_VERSION", "pinned"}, exit: 5, outcome: "integrity", message: `the store returned version ""`},

	{name: "another range", inject: once(faultproxy.IsRange, faultproxy.ShiftRange(1)), attempts: 1, log: "the server sent"},
	{name: "always another range", always: faults{faultproxy.ShiftRange(1)}, pairs: []string{"FETCH_RETRIES", "0"},
		exit: 8, outcome: "gave up", message: "the server sent"},
	{name: "a range with more bytes", inject: once(faultproxy.IsRange, faultproxy.AppendToBody("x")), attempts: 1,
		log: "more bytes than requested"},
	{
		name:     "a range with fewer bytes",
		inject:   once(faultproxy.IsRange, faultproxy.Truncate(1000)),
		attempts: 1,
		log:      "the server sent 1000",
	},
	{name: "a range without Content-Range", inject: once(faultproxy.IsRange, faultproxy.ResponseHeader("Content-Range", "")), attempts: 1,
		log: "the server sent"},
	{name: "a range of an object of another size", inject: once(faultproxy.IsRange, faultproxy.RewriteHeader(func(h http.Header) {
		h.Set("Content-Range", h.Get("Content-Range")+"0")
	})), attempts: 2, log: "was replaced while it was read"},
	{name: "a response with another status", inject: once(faultproxy.IsRange, faultproxy.ResponseStatus(203)), attempts: 1,
		log: "answered with status 203"},
	{name: "a whole object of another length", noChecksum: true, always: faults{faultproxy.IgnoreRange(),
		faultproxy.If(faultproxy.IsContent, faultproxy.Truncate(1000))}, exit: 5, outcome: "integrity",
		message: "but the response with the whole object has 1000"},
	{name: "a whole object of another length, with a checksum", stores: "s3", always: faults{faultproxy.IgnoreRange(),
		faultproxy.If(faultproxy.IsContent, faultproxy.Truncate(1000))}, exit: 5, outcome: "integrity",
		message: "was corrupted in transit"},
	{name: "once a whole object of another length", noChecksum: true,
		inject: once(faultproxy.IsContent, faultproxy.Truncate(1000)), attempts: 1},
	{name: "a proxy that compresses", stores: "s3", always: faults{faultproxy.Compress(false)}, attempts: 1,
		requests: []string{"GET ", "HEAD "}},
	{name: "a proxy that compresses and tells the length", stores: "s3", always: faults{faultproxy.Compress(true)}, attempts: 1,
		requests: []string{"GET ", "HEAD "}},
	{name: "no checksum", stores: "s3", noChecksum: true, attempts: 1,
		requests: []string{"GET ", "HEAD "}},
	{name: "a range with an encoding", inject: once(faultproxy.IsRange, faultproxy.ResponseHeader("Content-Encoding", "gzip")),
		exit: 5, outcome: "integrity", message: `the response has Content-Encoding "gzip", the object ""`},
	{name: "a range of another ETag", stores: "s3", inject: once(faultproxy.IsRange, faultproxy.ResponseHeader("ETag", `"0"`)), attempts: 2,
		log: "was replaced while it was read: the ETag was"},
	{name: "a range without ETag", stores: "s3", inject: once(faultproxy.IsRange, faultproxy.ResponseHeader("ETag", "")), attempts: 1,
		log: "the answer is not from S3"},
	{name: "a range of another version", stores: "s3", inject: once(faultproxy.IsRange, faultproxy.ResponseHeader("X-Amz-Version-Id", "0")),
		attempts: 2, log: "was replaced while it was read: the version was"},
	{name: "a range without version", stores: "s3", inject: once(faultproxy.IsRange, faultproxy.ResponseHeader("X-Amz-Version-Id", "")),
		attempts: 1},
	{name: "a range without version of a pinned object", stores: "s3", pairs: []string{"MODEL_VERSION", "pinned"},
		inject:   once(faultproxy.IsRange, faultproxy.ResponseHeader("X-Amz-Version-Id", "")),
		attempts: 2, log: "was replaced while it was read: the version was"},
	{
		name:     "a range of another generation",
		stores:   "gcs",
		inject:   once(faultproxy.IsRange, faultproxy.ResponseHeader("X-Goog-Generation", "7")),
		attempts: 2,
		log:      "was replaced while it was read: the generation was",
	},
	{
		name:     "a range without generation",
		stores:   "gcs",
		inject:   once(faultproxy.IsRange, faultproxy.ResponseHeader("X-Goog-Generation", "")),
		attempts: 1,
		log:      "the answer is not from Cloud Storage",
	},
}

// isWhole matches requests for the whole object.
func isWhole(r *http.Request) bool { return faultproxy.IsContent(r) && !faultproxy.IsRange(r) }
