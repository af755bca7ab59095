package main_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
	"github.com/modelferry/modelferry/fetcher/internal/archivetest"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// failure is a run that must end with an exit code and publish nothing.
type failure struct {
	name string
	// prepare writes objects and changes the environment.
	prepare func(t *testing.T, b *fixture)
	exit    int
	outcome string
	// message is a part of the summary's message; %s is the URL of the model.
	message string
}

func (c failure) check(t *testing.T, f *fixture) {
	t.Helper()
	c.prepare(t, f)
	got := f.run(t)
	require.Equal(t, c.exit, got.ExitCode, got.stderr)
	require.Equal(t, c.outcome, got.Outcome)
	require.Contains(t, got.Message, strings.ReplaceAll(c.message, "%s", f.url("models/m.bin")))
	require.Empty(t, got.Artifacts)
	f.requireNothingPublished(t)
}

func putObject(key string, body []byte, pairs ...string) func(*testing.T, *fixture) {
	return func(t *testing.T, f *fixture) {
		t.Helper()
		f.store.Put(t, f.bucket, key, body)
		f.set(pairs...)
	}
}

// putArchive writes an archive as the model and requests its extraction.
func putArchive(body []byte, pairs ...string) func(*testing.T, *fixture) {
	return func(t *testing.T, f *fixture) {
		t.Helper()
		f.store.Put(t, f.bucket, "models/m.bin", body)
		f.set("MODEL_EXTRACT", "true").set(pairs...)
	}
}

func TestExitCode_bothStores(t *testing.T) {
	wrong := strings.Repeat("0", 64)
	valid := archivetest.Gzip(t, archivetest.Tar(t, archivetest.File("weights", randomBytes(4, 300_000))))
	outside := archivetest.Tar(t, archivetest.File("ok", []byte("x")), archivetest.File("../../evil", []byte("x")))
	withMarker := archivetest.Tar(t, archivetest.File(".modelferry", []byte("{}")))
	failures := []failure{
		{"2: invalid configuration", putObject("models/m.bin", []byte("m"), "MODEL_SHA256", "abc"), 2, "config",
			`the model: invalid sha256 "abc": must be 64 hex digits`},
		{"4: no such object", func(*testing.T, *fixture) {}, 4, "not found", "m.bin: %s: no such object (check the bucket and the path"},
		{"4: no such version", func(t *testing.T, f *fixture) {
			t.Helper()
			f.store.Put(t, f.bucket, "models/m.bin", []byte("m"))
			f.set("MODEL_VERSION", f.store.MissingVersion())
		}, 4, "not found", "check the path and the pinned version"},
		{"5: an empty object", putObject("models/m.bin", nil), 5, "integrity", "%s is empty"},
		{"5: other digest", putObject("models/m.bin", []byte("m"), "MODEL_SHA256", wrong), 5, "integrity",
			"%s has SHA-256 62c66a7a5dd70c3146618063c344e531e6d4b59e379808443ce962b3abd63c5a, not the pinned " + wrong},
		{"5: other size", putObject("models/m.bin", []byte("m"), "MODEL_SIZE", "2"), 5, "integrity", "%s has 1 bytes, expected 2"},
		{"5: a valid archive with another digest", putArchive(valid, "MODEL_SHA256", wrong), 5, "integrity", "not the pinned"},
		{"5: a corrupt archive with another digest", putArchive(valid[:len(valid)/2], "MODEL_SHA256", wrong), 5,
			"integrity", "not the pinned"},
		{"5: a larger object than declared", putObject("models/m.bin", []byte("mm"), "MODEL_SIZE", "1"), 5, "integrity",
			"%s has 2 bytes, expected 1"},
		{"6: an archive whose file is larger than the volume", putArchive(archivetest.TarWithFalseSize(t, "weights", 8<<40)), 6,
			"no space", "the archive's next file: 8796093022208 bytes required"},
		{"7: a truncated archive", putArchive(valid[:len(valid)/2]), 7, "archive", "%s: the archive is corrupt or truncated"},
		{"7: a truncated archive with its own digest", putArchive(valid[:9000], "MODEL_SHA256", sha256Hex(valid[:9000])),
			7, "archive", "corrupt"},
		{"7: not an archive", putArchive([]byte("this is not an archive")), 7, "archive", "corrupt"},
		{"7: an entry outside the folder", putArchive(outside), 7, "archive", `entry "../../evil" has .. in its name`},
		{"7: an archive with a marker file", putArchive(withMarker), 7, "archive", "a name reserved for the fetcher"},
		{"7: an archive that contains another artifact's dest", func(t *testing.T, f *fixture) {
			t.Helper()
			putArchive(archivetest.Tar(t, archivetest.File("data/a", []byte("x"))))(t, f)
			f.store.Put(t, f.bucket, "a", []byte("y"))
			f.set("ARTIFACTS", fmt.Sprintf(`[{"bucket":%q,"path":"a","dest":"data/a"}]`, f.bucket))
		}, 7, "archive", "give one of them another dest"},
		{"all missing objects are reported at once", func(t *testing.T, f *fixture) {
			t.Helper()
			f.set("ARTIFACTS", fmt.Sprintf(`[{"bucket":%q,"path":"second","dest":"second"}]`, f.bucket))
		}, 4, "not found", "second: no such object"},
	}
	for name, store := range allStores(t) {
		for _, tt := range failures {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				tt.check(t, newFixture(t, store, ""))
			})
		}
	}
}

func TestExitCode_permissionDeniedOnS3(t *testing.T) {
	store := storetest.S3(t)
	tests := []struct {
		name    string
		prepare func(t *testing.T, f *fixture)
		message string
	}{
		{"no credentials", func(_ *testing.T, f *fixture) {
			delete(f.env, "AWS_ACCESS_KEY_ID")
			delete(f.env, "AWS_SECRET_ACCESS_KEY")
		}, "no AWS identity"},
		{"credentials without a permission", func(t *testing.T, f *fixture) {
			t.Helper()
			for key, value := range store.UnprivilegedCredentials(t) {
				f.env[key] = value
			}
			f.env["AWS_ROLE_ARN"] = "arn:aws:iam::111122223333:role/bankchurn"
		}, "for arn:aws:iam::111122223333:role/bankchurn: grant s3:GetObject on arn:aws:s3:::"},
		{"an unknown access key", func(_ *testing.T, f *fixture) { f.set("AWS_ACCESS_KEY_ID", "nobody") }, "InvalidAccessKeyId"},
		{"a wrong secret", func(_ *testing.T, f *fixture) { f.set("AWS_SECRET_ACCESS_KEY", "wrong") }, "SignatureDoesNotMatch"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, store, "")
			store.Put(t, f.bucket, "models/m.bin", []byte("m"))
			failure{prepare: tt.prepare, exit: 3, outcome: "denied", message: tt.message}.check(t, f)
		})
	}
}

// Without a pinned version a pod needs neither s3:GetObjectVersion nor s3:ListBucket.
func TestFetcher_needsOnlyGetObject(t *testing.T) {
	store := storetest.S3(t)
	f := newFixture(t, store, "")
	store.Put(t, f.bucket, "models/m.bin", []byte("m"))
	store.AllowEveryone(t, f.bucket, "s3:GetObject", f.bucket+"/models/*")
	for key, value := range store.UnprivilegedCredentials(t) {
		f.env[key] = value
	}
	require.Equal(t, 0, f.run(t).ExitCode)
}

// fake-gcs-server checks no permissions.
func TestExitCode_permissionDeniedOnGCS(t *testing.T) {
	const message = "caller does not have storage.objects.get access to the Google Cloud Storage object."
	store := storetest.FakeGCS(t)
	store.Always(store.Error(http.StatusForbidden, "forbidden", message))
	f := newFixture(t, store, "")
	failure{prepare: func(*testing.T, *fixture) {}, exit: 3, outcome: "denied",
		message: message + " (grant the pod's identity roles/storage.objectViewer on gs://" + f.bucket + "/models/)",
	}.check(t, f)
}

// Anonymous access exists only with an emulator.
func TestExitCode_noGoogleIdentity(t *testing.T) {
	metadata := httptest.NewServer(http.NotFoundHandler())
	defer metadata.Close()
	f := newFixture(t, storetest.GCS(t), "")
	delete(f.env, "STORAGE_EMULATOR_HOST")
	f.set("GCE_METADATA_HOST", strings.TrimPrefix(metadata.URL, "http://"), "FETCH_IDENTITY_WAIT", "300ms")
	failure{prepare: func(*testing.T, *fixture) {}, exit: 3, outcome: "denied",
		message: "the metadata server returned no token within 300ms"}.check(t, f)
}

func TestExitCode_noSpaceBeforeDownload(t *testing.T) {
	store := storetest.S3(t)
	proxy := faultproxy.New(t, store.Endpoint())
	proxy.Inject(1, faultproxy.IsNotRange, faultproxy.FalseContentLength(8<<40))
	f := newFixture(t, store, proxy.URL)
	failure{prepare: putObject("models/m.bin", []byte("m")), exit: 6, outcome: "no space",
		message: "8796093022208 bytes required"}.check(t, f)
	require.Len(t, proxy.Requests(), 1)
}

func TestExitCode_transientErrors(t *testing.T) {
	for name, store := range allStores(t) {
		t.Run(name+"/retries used up", func(t *testing.T) {
			t.Parallel()
			proxy := faultproxy.New(t, store.Endpoint())
			proxy.Inject(1000, faultproxy.Any, faultproxy.Status(http.StatusInternalServerError))
			f := newFixture(t, store, proxy.URL).set("FETCH_RETRIES", "1")
			failure{prepare: putObject("models/m.bin", []byte("m")), exit: 8, outcome: "gave up",
				message: "m.bin: gave up after 10 attempts: %s: "}.check(t, f)
			require.Len(t, proxy.Requests(), 2*5, "two rounds of five attempts each")
		})
		t.Run(name+"/timeout", func(t *testing.T) {
			t.Parallel()
			proxy := faultproxy.New(t, store.Endpoint())
			proxy.Inject(1000, faultproxy.Any, faultproxy.Stall(0))
			f := newFixture(t, store, proxy.URL).set("FETCH_TIMEOUT", "400ms")
			failure{prepare: putObject("models/m.bin", []byte("m")), exit: 8, outcome: "gave up",
				message: "timed out after 400ms"}.check(t, f)
		})
	}
}

// The SDKs must not retry: their attempts would multiply with the fetcher's.
func TestFetcher_givesUpOnBrokenBodies(t *testing.T) {
	for name, store := range allStores(t) {
		t.Run(name, func(t *testing.T) {
			proxy := faultproxy.New(t, store.Endpoint())
			proxy.Inject(1000, faultproxy.IsContent, faultproxy.Reset(0))
			f := newFixture(t, store, proxy.URL).set("FETCH_RETRIES", "0")
			failure{prepare: putObject("models/m.bin", []byte("m")), exit: 8, outcome: "gave up", message: "m.bin: "}.check(t, f)
			require.Len(t, proxy.Requests(), 5)
		})
	}
}

func TestExitCode_noServer(t *testing.T) {
	f := newFixture(t, storetest.S3(t), "http://127.0.0.1:1").set("FETCH_RETRIES", "0")
	failure{prepare: func(*testing.T, *fixture) {}, exit: 8, outcome: "gave up", message: "connection refused"}.check(t, f)
}

func TestFetcher_sigtermCleanup(t *testing.T) {
	for name, store := range allStores(t) {
		for kind, pairs := range map[string][]string{"file": nil, "archive": {"MODEL_EXTRACT", "true"}} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				proxy := faultproxy.New(t, store.Endpoint())
				proxy.Inject(1000, faultproxy.IsContent, faultproxy.Stall(1000))
				f := newFixture(t, store, proxy.URL).set(pairs...)
				store.Put(t, f.bucket, "models/m.bin", archivetest.Tar(t, archivetest.File("a", randomBytes(5, 200_000))))
				command, stderr := f.command(t.Context())
				require.NoError(t, command.Start())
				require.Eventually(t, func() bool {
					staged, _ := filepath.Glob(f.path(".modelferry-staging/0"))
					return len(staged) > 0
				}, 10*time.Second, time.Millisecond)
				began := time.Now()
				require.NoError(t, command.Process.Signal(syscall.SIGTERM))
				_ = command.Wait() // the exit code is compared below
				require.Less(t, time.Since(began), time.Second)
				got := f.result(t, command, stderr.String())
				require.Equal(t, 143, got.ExitCode)
				require.Equal(t, "interrupted", got.Outcome)
				f.requireNothingPublished(t)
			})
		}
	}
}

func TestExitCode_unwritableModelFolder(t *testing.T) {
	f := newFixture(t, storetest.S3(t), "")
	require.NoError(t, os.WriteFile(filepath.Join(f.volume, "models"), nil, 0o644))
	got := f.set("LOCAL_MODEL_PATH", f.path("m.bin")).run(t)
	require.Equal(t, 2, got.ExitCode)
	require.Contains(t, got.Message, "mount a volume that")
}
