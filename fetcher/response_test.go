package main_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/archivetest"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// responsePart is the part size, and the object has eight parts.
const responsePart = 64 << 10

// responseCase is a store, or a proxy before it, that answers in another way than S3 and Cloud Storage do.
type responseCase struct {
	name string
	// stores are the dialects that the case applies to; empty means both.
	stores string
	// always are applied to every request. inject adds faults to single requests.
	always faults
	inject func(f *storetest.Fake)
	pairs  []string
	// noChecksum means that the store has no checksum of the object.
	noChecksum bool
	// newer means that there is a newer version of the object.
	newer bool

	// exit is the exit code. For 0 the content must be the object's, otherwise nothing is published.
	exit     int
	outcome  string
	message  string
	attempts int
	// log is a part of the log.
	log string
	// requests are the first requests, as method and range, or nil.
	requests []string
}

// An answer counts only if it is the one that was asked for.
func TestFetcher_unusualResponses(t *testing.T) {
	for _, name := range []string{"s3", "gcs"} {
		for _, tt := range responseCases {
			if tt.stores != "" && tt.stores != name {
				continue
			}
			for _, kind := range []string{"file", "archive"} {
				t.Run(name+"/"+tt.name+"/"+kind, func(t *testing.T) {
					t.Parallel()
					tt.run(t, storetest.Fakes(t)[name], kind == "archive")
				})
			}
		}
	}
}

func (c responseCase) run(t *testing.T, store *storetest.Fake, extract bool) {
	t.Helper()
	weights := randomBytes(40, 8*responsePart-2048)
	body := slices.Concat(weights, make([]byte, 2048))
	if extract {
		body = archivetest.Tar(t, archivetest.File("m.bin", weights))
	}
	f := newFixture(t, store, "").set("FETCH_PART_SIZE", fmt.Sprint(responsePart), "FETCH_PARALLEL", "4",
		"MODEL_EXTRACT", fmt.Sprint(extract)).set(c.pairs...)
	version := store.PutObject(t, f.bucket, "models/m.bin", storetest.FakeObject{Body: body, NoChecksum: c.noChecksum})
	if f.env["MODEL_VERSION"] == "pinned" {
		f.set("MODEL_VERSION", version)
	}
	if c.newer {
		store.Put(t, f.bucket, "models/m.bin", randomBytes(41, len(body)))
	}
	store.Always(c.always...)
	if c.inject != nil {
		c.inject(store)
	}
	if c.exit != 0 {
		message := strings.ReplaceAll(c.message, "STORE", map[string]string{"s3": "S3", "gs": "Cloud Storage"}[f.url("")[:2]])
		failure{prepare: func(*testing.T, *fixture) {}, exit: c.exit, outcome: c.outcome, message: message}.check(t, f)
		return
	}
	got := f.run(t)
	require.Equal(t, 0, got.ExitCode, got.stderr)
	if !extract {
		weights = body
	}
	require.Equal(t, weights, f.readFile(t, "m.bin"))
	require.Contains(t, got.stderr, c.log)
	if c.attempts != 0 {
		require.Equal(t, c.attempts, got.Attempts, got.stderr)
	}
	if c.requests != nil {
		requests := store.Requests()
		require.Equal(t, c.requests, requests[:min(len(c.requests), len(requests))])
	}
}
