package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
	"github.com/modelferry/modelferry/fetcher/internal/archivetest"
	"github.com/modelferry/modelferry/fetcher/internal/report"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

const (
	// propertySeeds is the number of runs. Each is determined by its seed.
	propertySeeds = 400
	propertyPart  = 64 << 10
)

// release is a version of the object.
type release struct {
	content, stored []byte
	version         string
}

// scenario is a random store, object and request.
type scenario struct {
	*rand.Rand
	// mutex guards Rand and releases: ranges are requested in parallel, and each may be replaced before it is answered.
	mutex    sync.Mutex
	store    *storetest.Fake
	bucket   string
	extract  bool
	encoded  bool
	noSum    bool
	releases []release
	// faults are the names of the faults, for messages.
	faults []string
	env    map[string]string
}

// Whatever a store, a proxy or a cache answers: exit 0 means that all bytes are those of one version of the object, of
// the pinned one if there is one.
func TestFetcher_publishesOnlyBytesOfOneVersion(t *testing.T) {
	done := 0
	for seed := range uint64(propertySeeds) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			s := newScenario(t, seed)
			var stderr bytes.Buffer
			code := run(nil, func(key string) (string, bool) { text, ok := s.env[key]; return text, ok }, &bytes.Buffer{}, &stderr)
			s.check(t, code, stderr.String())
			if code == 0 {
				done++
			}
		})
	}
	require.Greater(t, done, propertySeeds/3, "the faults must leave enough runs that publish something")
	t.Logf("%d of %d runs published", done, propertySeeds)
}

func newScenario(t *testing.T, seed uint64) *scenario {
	t.Helper()
	s := &scenario{Rand: rand.New(rand.NewPCG(seed, 11))}
	s.store = pick(s, storetest.FakeS3, storetest.FakeGCS)(t)
	s.bucket = pick(s, s.store.Bucket, s.store.UnversionedBucket)(t)
	// Without a checksum of the store and without a pinned digest, only the checks of each answer are left.
	s.extract, s.encoded, s.noSum = s.maybe(6), s.maybe(6), !s.maybe(4)
	s.put(t)
	bucketKey, pathKey := s.store.EnvVars()
	s.env = map[string]string{
		bucketKey: s.bucket, pathKey: "m.bin", "LOCAL_MODEL_PATH": filepath.Join(t.TempDir(), "models", "m.bin"),
		"MODEL_EXTRACT": fmt.Sprint(s.extract), "FETCH_PART_SIZE": fmt.Sprint(propertyPart),
		"FETCH_PARALLEL": fmt.Sprint(1 + s.IntN(4)), "FETCH_BACKOFF": "1ms", "FETCH_RETRIES": "3",
		"FETCH_IDENTITY_WAIT": "20ms", "FETCH_STALL": "1s", "FETCH_TIMEOUT": "20s",
	}
	s.pin()
	for key, value := range s.store.Env(s.store.Endpoint()) {
		t.Setenv(key, value) // for the SDKs
		s.env[key] = value
	}
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	s.addFaults(t)
	return s
}

func (s *scenario) maybe(oneIn int) bool { return s.IntN(oneIn) == 0 }

func pick[T any](s *scenario, values ...T) T { return values[s.IntN(len(values))] }

// put writes a new version, sometimes of another size.
func (s *scenario) put(t *testing.T) {
	t.Helper()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	size := 1 + s.IntN(5*propertyPart)
	if len(s.releases) > 0 && !s.maybe(4) {
		size = len(s.releases[0].content)
	}
	content := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{byte(s.Uint32()), byte(len(s.releases))}).Read(content) // never fails
	stored := content
	if s.extract {
		stored = archivetest.Tar(t, archivetest.File("m.bin", content))
		if s.maybe(2) {
			stored = archivetest.Gzip(t, stored)
		}
	}
	object := storetest.FakeObject{Body: stored, NoChecksum: s.noSum}
	if s.encoded {
		object.Body, object.Encoding = archivetest.Gzip(t, stored), "gzip"
	}
	version := s.store.PutObject(t, s.bucket, "m.bin", object)
	s.releases = append(s.releases, release{content: content, stored: object.Body, version: version})
}

// pin pins the first version, its digest and its size at random.
func (s *scenario) pin() {
	first := s.releases[0]
	if s.maybe(3) {
		s.env["MODEL_VERSION"] = first.version
	}
	if s.maybe(6) {
		sum := sha256.Sum256(first.stored)
		s.env["MODEL_SHA256"] = hex.EncodeToString(sum[:])
	}
	if s.maybe(4) {
		s.env["MODEL_SIZE"] = fmt.Sprint(len(first.stored))
	}
}

// namedFault is a fault that a scenario may choose.
type namedFault struct {
	name  string
	fault faultproxy.Fault
}

// addFaults adds faults to single requests, faults to all requests, and new versions between requests.
func (s *scenario) addFaults(t *testing.T) {
	t.Helper()
	matches := []func(*http.Request) bool{faultproxy.Any, faultproxy.IsRange, faultproxy.IsNotRange, faultproxy.IsGet,
		faultproxy.RangeFrom(0), faultproxy.RangeFrom(propertyPart)}
	for range s.IntN(5) {
		chosen := pick(s, s.passingFaults()...)
		s.faults = append(s.faults, chosen.name)
		s.store.Inject(1+s.IntN(3), pick(s, matches...), chosen.fault)
	}
	for range s.IntN(3) {
		chosen := pick(s, permanentFaults...)
		s.faults = append(s.faults, "always "+chosen.name)
		s.store.Always(chosen.fault)
	}
	if !s.maybe(3) {
		s.faults = append(s.faults, "replaced")
		if s.maybe(2) {
			s.faults = append(s.faults, "always ignores versions")
			s.store.Always(faultproxy.IgnoreVersion())
		}
		s.store.Inject(1+s.IntN(2), pick(s, matches...), faultproxy.Before(func() { s.put(t) }))
	}
}

// permanentFaults are those of stores and proxies that always answer in another way.
var permanentFaults = []namedFault{
	{"ignores ranges", faultproxy.IgnoreRange()},
	{"ignores versions", faultproxy.IgnoreVersion()},
	{"unknown total", faultproxy.UnknownTotal()},
	{"no length", faultproxy.NoContentLength()},
	{"no length of HEAD", faultproxy.If(faultproxy.IsHead, faultproxy.NoContentLength())},
	{"no length of GET", faultproxy.If(faultproxy.IsGet, faultproxy.NoContentLength())},
	{"no HEAD", faultproxy.If(faultproxy.IsHead, faultproxy.Status(http.StatusMethodNotAllowed))},
	{"weak ETags", faultproxy.WeakETag()},
	{"no ETag", faultproxy.ResponseHeader("ETag", "")},
	{"no version", faultproxy.ResponseHeader("X-Amz-Version-Id", "")},
	{"decompresses", faultproxy.Decompress()},
	{"shifts ranges", faultproxy.ShiftRange(1)},
}

// passingFaults are faults of single responses. Damage that keeps the length is only among them if a digest is pinned:
// without one, and without a checksum, no client can see it.
func (s *scenario) passingFaults() []namedFault {
	n := s.IntN(3 * propertyPart)
	faults := []namedFault{
		{"reset", faultproxy.Reset(n)},
		// The response to HEAD stays: without its length and a total of the ranges, a client cannot see that bytes are
		// missing.
		{"truncate", faultproxy.If(faultproxy.IsGet, faultproxy.Truncate(n))},
		{"append", faultproxy.AppendToBody("more")},
		{"shift", faultproxy.ShiftRange(int64(1 + s.IntN(9)))},
		{"ignore range", faultproxy.IgnoreRange()},
		{"ignore version", faultproxy.IgnoreVersion()},
		{"block page", faultproxy.BlockPage(pick(s, "", `"x"`))},
		{"junk", faultproxy.ReplaceBody(make([]byte, n))},
		{"status", faultproxy.Status(pick(s, 400, 401, 403, 404, 412, 416, 429, 500, 503))},
		{"other status", faultproxy.ResponseStatus(pick(s, 200, 201, 203, 204, 206))},
		{"unknown total", faultproxy.UnknownTotal()},
		{"no length", faultproxy.NoContentLength()},
	}
	for _, name := range []string{"Content-Range", "ETag", "X-Goog-Generation", "X-Amz-Version-Id", "Content-Encoding", "Accept-Ranges"} {
		value := pick(s, "", "gzip", `W/"x"`, `"x"`, "17", "none", fmt.Sprintf("bytes 0-%d/%d", propertyPart-1, n))
		faults = append(faults, namedFault{name + ": " + value, faultproxy.ResponseHeader(name, value)})
	}
	if s.env["MODEL_SHA256"] != "" {
		faults = append(faults, namedFault{"flip", faultproxy.FlipByte(n)})
	}
	return faults
}

// check requires that what was published is one version, and nothing if the run failed.
func (s *scenario) check(t *testing.T, code int, stderr string) {
	t.Helper()
	context := fmt.Sprintf("faults %q, extract %t, encoded %t, env %v\n%s", s.faults, s.extract, s.encoded, s.env, stderr)
	published, err := os.ReadFile(s.env["LOCAL_MODEL_PATH"])
	if code != 0 {
		require.ErrorIs(t, err, os.ErrNotExist, context)
		return
	}
	require.NoError(t, err, context)
	allowed := s.releases
	if s.env["MODEL_VERSION"] != "" || s.env["MODEL_SHA256"] != "" {
		allowed = s.releases[:1]
	}
	// If every response denies the encoding, the object is the stored one.
	hidden := slices.ContainsFunc(s.faults, func(name string) bool { return strings.HasPrefix(name, "Content-Encoding: ") })
	i := slices.IndexFunc(allowed, func(r release) bool {
		return bytes.Equal(r.content, published) || hidden && bytes.Equal(r.stored, published)
	})
	require.NotEqual(t, -1, i, "%d bytes that are of none of %d versions: %s", len(published), len(allowed), context)
	lines := bytes.Split(bytes.TrimSpace([]byte(stderr)), []byte("\n"))
	var last struct{ Summary report.Summary }
	require.NoError(t, json.Unmarshal(lines[len(lines)-1], &last))
	artifact := last.Summary.Artifacts[0]
	// A fault may give the object another version in all answers.
	if slices.ContainsFunc(s.releases, func(r release) bool { return r.version == artifact.Version }) {
		require.Equal(t, allowed[i].version, artifact.Version, context)
	}
	require.Equal(t, int64(len(allowed[i].stored)), artifact.Bytes, context)
	if s.env["MODEL_SHA256"] != "" {
		require.Equal(t, "sha256", artifact.Verified, context)
	}
	if s.noSum && s.env["MODEL_SHA256"] == "" {
		require.Equal(t, "size", artifact.Verified, context)
	}
}
