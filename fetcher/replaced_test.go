package main_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// replaceCase replaces an object while its ranges are read.
type replaceCase struct {
	name string
	// pinVersion and pinDigest pin the first object.
	pinVersion, pinDigest bool
	// times is how often the object is replaced, at the request of its second range.
	times int
	// larger replaces it by one of another size, deleted by none.
	larger, deleted bool
}

// replaceOutcome is the result of a replaceCase for a store.
type replaceOutcome struct {
	exit     int
	attempts int
	// before means that the first object is published, otherwise the last one.
	before bool
}

// The result is one object or the other, never a mixture. S3 refuses by If-Match, and the run starts again, unless the
// version is pinned. Cloud Storage still has the generation in a bucket with versioning, and in one without the run
// starts again.
func TestFetcher_objectReplacedBetweenRanges(t *testing.T) {
	restart, failed := replaceOutcome{attempts: 2}, replaceOutcome{exit: 5}
	first, gone := replaceOutcome{attempts: 1, before: true}, replaceOutcome{exit: 4}
	tests := []struct {
		replaceCase
		// The outcomes in buckets with versioning and without.
		s3, gcs, s3Unversioned, gcsUnversioned replaceOutcome
	}{
		{replaceCase{name: "unpinned", times: 1}, restart, first, restart, restart},
		{replaceCase{name: "unpinned, by another size", times: 1, larger: true}, restart, first, restart, restart},
		{replaceCase{name: "pinned version", times: 1, pinVersion: true}, first, first, replaceOutcome{}, gone},
		{replaceCase{name: "pinned version, by another size", times: 1, pinVersion: true, larger: true},
			first, first, replaceOutcome{}, gone},
		{replaceCase{name: "pinned digest", times: 1, pinDigest: true}, failed, first, failed, failed},
		{replaceCase{name: "pinned version and digest", times: 1, pinVersion: true, pinDigest: true}, first, first, replaceOutcome{}, gone},
		{replaceCase{name: "at every attempt", times: 10}, failed, first, failed, failed},
		{replaceCase{name: "deleted", deleted: true, times: 1}, gone, first, gone, gone},
		{replaceCase{name: "deleted, pinned version", deleted: true, times: 1, pinVersion: true}, first, first, replaceOutcome{}, gone},
	}
	for name, newStore := range replaceStores(t) {
		for _, tt := range tests {
			for _, versioned := range []bool{true, false} {
				want := map[string]replaceOutcome{"s3true": tt.s3, "gcstrue": tt.gcs, "s3false": tt.s3Unversioned,
					"gcsfalse": tt.gcsUnversioned}[fmt.Sprint(name[:len(name)-5], versioned)]
				if want == (replaceOutcome{}) {
					continue // S3 has no version to pin without versioning
				}
				t.Run(fmt.Sprintf("%s/versioned %t/%s", name, versioned, tt.name), func(t *testing.T) {
					t.Parallel()
					tt.run(t, newStore(t), versioned, want)
				})
			}
		}
	}
}

// replaceStores returns the real stores and those of the tests.
func replaceStores(t *testing.T) map[string]func(t *testing.T) storetest.Store {
	t.Helper()
	return map[string]func(t *testing.T) storetest.Store{
		"s3 real":  func(t *testing.T) storetest.Store { t.Helper(); return storetest.S3(t) },
		"gcs real": func(t *testing.T) storetest.Store { t.Helper(); return storetest.GCS(t) },
		"s3 fake":  func(t *testing.T) storetest.Store { t.Helper(); return storetest.FakeS3(t) },
		"gcs fake": func(t *testing.T) storetest.Store { t.Helper(); return storetest.FakeGCS(t) },
	}
}

func (c replaceCase) run(t *testing.T, store storetest.Store, versioned bool, want replaceOutcome) {
	t.Helper()
	const part = 64 << 10
	proxy := faultproxy.New(t, store.Endpoint())
	f := newFixture(t, store, proxy.URL).set("FETCH_PART_SIZE", fmt.Sprint(part), "FETCH_PARALLEL", "4", "FETCH_RETRIES", "2")
	if !versioned {
		bucketKey, _ := store.EnvVars()
		f.bucket = store.UnversionedBucket(t)
		f.set(bucketKey, f.bucket)
	}
	before := randomBytes(9, 4*part)
	after := before
	version := store.Put(t, f.bucket, "models/m.bin", before)
	if c.pinVersion {
		f.set("MODEL_VERSION", version)
	}
	if c.pinDigest {
		f.set("MODEL_SHA256", sha256Hex(before))
	}
	seed := byte(10)
	proxy.Inject(c.times, faultproxy.RangeFrom(part), faultproxy.Before(func() {
		if c.deleted {
			store.Delete(t, f.bucket, "models/m.bin")
			return
		}
		size := 4 * part
		if c.larger {
			size += int(seed)
		}
		after = randomBytes(seed, size)
		store.Put(t, f.bucket, "models/m.bin", after)
		seed++
	}))
	got := f.run(t)
	require.Equal(t, want.exit, got.ExitCode, got.stderr)
	if want.exit != 0 {
		f.requireNothingPublished(t)
		return
	}
	require.Equal(t, want.attempts, got.Attempts, got.stderr)
	if want.before {
		after = before
	}
	require.Equal(t, after, f.readFile(t, "m.bin"))
}
