package main_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
	"github.com/modelferry/modelferry/fetcher/internal/archivetest"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// encodedStores returns the real stores, those of the tests, and those of the tests that decompress objects for clients
// that do not accept gzip.
func encodedStores(t *testing.T) map[string]storetest.Store {
	t.Helper()
	stores := map[string]storetest.Store{"s3 real": storetest.S3(t), "gcs real": storetest.GCS(t)}
	for name, store := range storetest.Fakes(t) {
		stores[name+" fake"] = store
	}
	for name, store := range storetest.Fakes(t) {
		store.Always(faultproxy.Decompress())
		stores[name+" fake that decompresses"] = store
	}
	return stores
}

// gcloud storage cp --gzip-local-all stores a file compressed under its own name: the file is published, whichever of
// the two digests and sizes is pinned.
func TestEncoding_gzipIsUndone(t *testing.T) {
	body := []byte(strings.Repeat(string(randomBytes(50, 3000)), 100))
	tar := archivetest.Tar(t, archivetest.File("m.bin", body))
	tests := []struct {
		name, key string
		// content is the file, and stored the object.
		content, stored []byte
		pairs           []string
		extract         bool
		// digestOf is the field of the summary, and asStored means that the object is published as stored.
		digestOf string
		asStored bool
	}{
		{name: "unpinned", content: body, stored: archivetest.Gzip(t, body)},
		{name: "the file's digest is pinned", content: body, stored: archivetest.Gzip(t, body), pairs: []string{"MODEL_SHA256", "content"},
			digestOf: "decoded"},
		{name: "the object's digest is pinned", content: body, stored: archivetest.Gzip(t, body), pairs: []string{"MODEL_SHA256", "stored"},
			digestOf: "stored"},
		{name: "the file's size is declared", content: body, stored: archivetest.Gzip(t, body), pairs: []string{"MODEL_SIZE", "content"}},
		{name: "the object's size is declared", content: body, stored: archivetest.Gzip(t, body), pairs: []string{"MODEL_SIZE", "stored"}},
		{name: "padded with zeros", content: body, stored: append(archivetest.Gzip(t, body), make([]byte, 70_000)...)},
		{name: "a tar, padded with zeros", content: tar, stored: append(archivetest.Gzip(t, tar), make([]byte, 9)...), extract: true},
		{name: "a tar", content: tar, stored: archivetest.Gzip(t, tar), extract: true},
		{name: "a tar whose digest is pinned", content: tar, stored: archivetest.Gzip(t, tar), extract: true,
			pairs: []string{"MODEL_SHA256", "content"}, digestOf: "decoded"},
		{name: "a tar.gz that is compressed again", content: archivetest.Gzip(t, tar),
			stored: archivetest.Gzip(t, archivetest.Gzip(t, tar)), extract: true,
			pairs: []string{"MODEL_SHA256", "content"}, digestOf: "decoded"},
		{name: "a gz that is compressed again", key: "m.json.GZ", content: archivetest.Gzip(t, body),
			stored: archivetest.Gzip(t, archivetest.Gzip(t, body)), pairs: []string{"MODEL_SHA256", "content"}, digestOf: "decoded"},
		{name: "a gz that is not compressed again", key: "m.json.gz", content: archivetest.Gzip(t, body), stored: archivetest.Gzip(t, body),
			asStored: true},
		{name: "not compressed at all", content: body, stored: body, asStored: true, pairs: []string{"MODEL_SHA256", "content"}},
	}
	for name, store := range encodedStores(t) {
		for _, tt := range tests {
			if tt.asStored && strings.HasSuffix(name, "decompresses") && tt.key == "" {
				continue // such a store does not accept it
			}
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				key := "models/m.bin"
				if tt.key != "" {
					key = tt.key
				}
				f := newFixture(t, store, "").setObject(key, "m.bin").
					set("FETCH_PART_SIZE", "65536", "MODEL_EXTRACT", fmt.Sprint(tt.extract))
				store.PutGzipped(t, f.bucket, key, tt.stored)
				for i := 0; i < len(tt.pairs); i += 2 {
					chosen := map[string][]byte{"content": tt.content, "stored": tt.stored}[tt.pairs[i+1]]
					f.set(tt.pairs[i], map[string]string{
						"MODEL_SHA256": sha256Hex(chosen), "MODEL_SIZE": fmt.Sprint(len(chosen))}[tt.pairs[i]])
				}
				want := tt.content
				if tt.extract {
					want = body
				}
				got := f.run(t)
				require.Equal(t, 0, got.ExitCode, got.stderr)
				require.Equal(t, want, f.readFile(t, "m.bin"))
				require.Equal(t, tt.digestOf, got.Artifacts[0].DigestOf)
				if tt.asStored {
					require.Contains(t, got.stderr, "it is published as stored")
					require.Empty(t, got.Artifacts[0].Encoding)
				} else {
					require.Equal(t, "gzip", got.Artifacts[0].Encoding)
				}
				if f.env["MODEL_SHA256"] == "" {
					return
				}
				require.Equal(t, "sha256", got.Artifacts[0].Verified)
				require.Equal(t, "unchanged", f.run(t).Outcome)
				flipByte(t, f.path("m.bin"), 17)
				require.Equal(t, "done", f.run(t).Outcome)
				require.Equal(t, want, f.readFile(t, "m.bin"))
			})
		}
	}
}

func TestEncoding_refused(t *testing.T) {
	body := randomBytes(51, 200_000)
	packed := archivetest.Gzip(t, body)
	wrong := strings.Repeat("0", 64)
	damaged := append([]byte(nil), packed...)
	damaged[len(damaged)-6] ^= 1
	tests := []struct {
		name     string
		encoding string
		stored   []byte
		pairs    []string
		exit     int
		message  string
	}{
		{"another digest", "gzip", packed, []string{"MODEL_SHA256", wrong}, 5,
			"%s has SHA-256 " + sha256Hex(packed) + " as stored and " + sha256Hex(body) + " decoded, not the pinned " + wrong},
		{"another size", "gzip", packed, []string{"MODEL_SIZE", "17"}, 5,
			fmt.Sprintf("%%s has %d bytes as stored and 200000 decoded", len(packed))},
		{"another size of content that is not encoded", "gzip", body, []string{"MODEL_SIZE", "17"}, 5, "expected 17"},
		{"truncated", "gzip", packed[:len(packed)/2], nil, 7, "%s: the gzip encoding is corrupt or truncated"},
		{"damaged", "gzip", damaged, nil, 7, "%s: the gzip encoding is corrupt or truncated"},
		{"damaged archive", "gzip", damaged, []string{"MODEL_EXTRACT", "true"}, 7, "%s: the gzip encoding is corrupt or truncated"},
		{"a bomb", "gzip", archivetest.Gzip(t, make([]byte, 70<<20)), nil, 7, "looks like a decompression bomb"},
		{"an archive with a bomb", "gzip", archivetest.Gzip(t, archivetest.Tar(t, archivetest.File("a", make([]byte, 70<<20)))),
			[]string{"MODEL_EXTRACT", "true"}, 7, "looks like a decompression bomb"},
		{"a broken archive", "gzip", archivetest.Gzip(t, body), []string{"MODEL_EXTRACT", "true"}, 7, "corrupt"},
		{"brotli", "br", body, nil, 2, `%s has Content-Encoding "br", only gzip can be undone (upload it without an encoding)`},
		{"two encodings", "gzip, br", body, nil, 2, `%s has Content-Encoding "gzip, br"`},
	}
	for _, name := range []string{"s3", "gcs"} {
		for _, tt := range tests {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				store := storetest.Fakes(t)[name]
				f := newFixture(t, store, "").set(tt.pairs...)
				store.PutObject(t, f.bucket, "models/m.bin", storetest.FakeObject{Body: tt.stored, Encoding: tt.encoding})
				words := map[int]string{2: "config", 5: "integrity", 7: "archive"}
				failure{prepare: func(*testing.T, *fixture) {}, exit: tt.exit, outcome: words[tt.exit], message: tt.message}.check(t, f)
			})
		}
	}
}

// The store's checksum of the stored bytes tells damage in transit from a damaged object.
func TestEncoding_corruptedInTransit(t *testing.T) {
	const part = 64 << 10
	body := randomBytes(52, 4*part)
	for name, store := range storetest.Fakes(t) {
		for kind, content := range map[string][]byte{"file": body, "archive": archivetest.Tar(t, archivetest.File("m.bin", body))} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				f := newFixture(t, store, "").set("FETCH_PART_SIZE", fmt.Sprint(part), "MODEL_EXTRACT", fmt.Sprint(kind == "archive"))
				store.PutGzipped(t, f.bucket, "models/m.bin", archivetest.Gzip(t, content))
				store.Inject(1, faultproxy.RangeFrom(2*part), faultproxy.FlipByte(777))
				got := f.run(t)
				require.Equal(t, 0, got.ExitCode, got.stderr)
				require.Equal(t, 2, got.Attempts)
				require.Contains(t, got.stderr, "was corrupted in transit")
				require.Equal(t, body, f.readFile(t, "m.bin"))
				require.Equal(t, "crc", got.Artifacts[0].Verified)
			})
		}
	}
}

// Content-Encodings that are no compression have no effect.
func TestEncoding_ignored(t *testing.T) {
	body := randomBytes(53, 1000)
	for name, store := range storetest.Fakes(t) {
		for _, encoding := range []string{"utf-8", "aws-chunked", "identity", "binary"} {
			t.Run(name+"/"+encoding, func(t *testing.T) {
				f := newFixture(t, store, "")
				store.PutObject(t, f.bucket, "models/m.bin", storetest.FakeObject{Body: body, Encoding: encoding})
				got := f.run(t)
				require.Equal(t, 0, got.ExitCode, got.stderr)
				require.Equal(t, body, f.readFile(t, "m.bin"))
			})
		}
	}
}
