package main_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
	"github.com/modelferry/modelferry/fetcher/internal/archivetest"
	"github.com/modelferry/modelferry/fetcher/signature"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// isBundle matches requests for the content of the bundle.
func isBundle(r *http.Request) bool {
	return faultproxy.IsContent(r) && strings.HasSuffix(r.URL.Path, "m.sig")
}

// A signed model is two requests: one for the model, one for the bundle.
func TestSigned_oneRequestEach(t *testing.T) {
	for name, store := range storetest.Fakes(t) {
		t.Run(name, func(t *testing.T) {
			f, s, model := newFixture(t, store, ""), newSigner(t), randomBytes(1, 300_000)
			store.Put(t, f.bucket, "models/m.bin", model)
			store.Put(t, f.bucket, "models/m.sig", s.sign(t, map[string][]byte{"m": model}))
			got := f.set("MODEL_SIGNATURE", s.required(t)).run(t)
			require.Equal(t, 0, got.ExitCode, got.stderr)
			require.Equal(t, []string{"GET ", "GET "}, store.Requests())
		})
	}
}

// The bundle arrives in the ways in which an artifact may.
func TestSigned_bundleResponses(t *testing.T) {
	model := randomBytes(1, 1000)
	s := newSigner(t)
	bundle := s.sign(t, map[string][]byte{"m": model})
	gzipped := func(content []byte) storetest.FakeObject {
		return storetest.FakeObject{Body: archivetest.Gzip(t, content), Encoding: "gzip"}
	}
	truncated := gzipped(bundle)
	truncated.Body = truncated.Body[:len(truncated.Body)-20]
	reset := once(isBundle, faultproxy.Reset(100))
	for _, tt := range []struct {
		name    string
		object  storetest.FakeObject
		inject  func(*storetest.Fake)
		always  faults
		exit    int
		outcome string
		message string
	}{
		{"the connection breaks", storetest.FakeObject{Body: bundle}, reset, nil, 0, "", ""},
		{"the connection breaks, and ranges are ignored", storetest.FakeObject{Body: bundle}, reset,
			faults{faultproxy.If(isBundle, faultproxy.IgnoreRange())}, 0, "", ""},
		{"no checksum", storetest.FakeObject{Body: bundle, NoChecksum: true}, nil, nil, 0, "", ""},
		{"throttled", storetest.FakeObject{Body: bundle},
			func(f *storetest.Fake) { f.Inject(10, isBundle, faultproxy.Status(http.StatusServiceUnavailable)) }, nil, 0, "", ""},
		{"gzip", gzipped(bundle), nil, nil, 0, "", ""},
		{"gzip, and a store that decompresses", gzipped(bundle), nil, faults{faultproxy.Decompress()}, 0, "", ""},
		{"gzip by mistake", storetest.FakeObject{Body: bundle, Encoding: "gzip"}, nil, nil, 0, "", ""},
		{"truncated gzip", truncated, nil, nil, 9, "untrusted", "the gzip encoding: "},
		{"gzip that expands", gzipped(bytes.Repeat([]byte(" "), 2*signature.MaxBytes)), nil, nil, 9, "untrusted", "has 16777217 bytes"},
		{"another encoding", storetest.FakeObject{Body: bundle, Encoding: "br"}, nil, nil, 2, "config", `has Content-Encoding "br"`},
	} {
		for name, store := range storetest.Fakes(t) {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				f := newFixture(t, store, "").set("MODEL_SIGNATURE", s.required(t), "FETCH_BACKOFF", "5ms")
				store.Put(t, f.bucket, "models/m.bin", model)
				store.PutObject(t, f.bucket, "models/m.sig", tt.object)
				store.Always(tt.always...)
				if tt.inject != nil {
					tt.inject(store)
				}
				if tt.exit != 0 {
					failure{prepare: func(*testing.T, *fixture) {}, exit: tt.exit, outcome: tt.outcome, message: tt.message}.check(t, f)
					return
				}
				got := f.run(t)
				require.Equal(t, 0, got.ExitCode, got.stderr)
				require.Equal(t, 1, got.Attempts, got.stderr)
				require.Equal(t, model, f.readFile(t, "m.bin"))
			})
		}
	}
}

// At most as many objects are open as are read at once. The others are looked up without their content.
func TestFetcher_opensFewArtifacts(t *testing.T) {
	for name, store := range storetest.Fakes(t) {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, store, "").setObject("m.bin", "m.bin").set("FETCH_PARALLEL", "3")
			bodies := make([][]byte, 10)
			for i := range bodies {
				bodies[i] = randomBytes(byte(i), 1000)
			}
			store.Put(t, f.bucket, "m.bin", bodies[0])
			var list []string
			for i, body := range bodies[1:] {
				key := string(rune('a' + i))
				store.Put(t, f.bucket, key, body)
				list = append(list, `{"bucket":"`+f.bucket+`","path":"`+key+`","dest":"`+key+`"}`)
			}
			got := f.set("ARTIFACTS", "["+strings.Join(list, ",")+"]", "MODEL_FOLDER", f.path("")).run(t)
			require.Equal(t, 0, got.ExitCode, got.stderr)
			requests := store.Requests()
			ranges := slices.DeleteFunc(slices.Clone(requests), func(r string) bool { return !strings.Contains(r, "bytes=") })
			require.Len(t, ranges, 7, "the artifacts that were not open")
			require.Len(t, requests, 3+2*7)
		})
	}
}
