package main_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
	"github.com/modelferry/modelferry/fetcher/internal/archivetest"
	"github.com/modelferry/modelferry/fetcher/internal/publish"
)

// killCount is the number of kills. The critical moments are few and short.
const killCount = 200

// After a kill the next run publishes the right content. A marker exists only beside complete content.
func TestFetcher_completesAfterKill(t *testing.T) {
	for name, store := range allStores(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, store, "").set("FETCH_PART_SIZE", "65536")
			model, weights := randomBytes(20, 3<<20), randomBytes(21, 2<<20)
			packed := archivetest.Tar(t, archivetest.File("weights", weights), archivetest.File("config.json", []byte("{}")))
			store.Put(t, f.bucket, "models/m.bin", model)
			store.Put(t, f.bucket, "m.tar", packed)
			f.set("MODEL_SHA256", sha256Hex(model), "ARTIFACTS",
				fmt.Sprintf(`[{"bucket":%q,"path":"m.tar","dest":"bert/m.tar","sha256":%q}]`, f.bucket, sha256Hex(packed)))
			requireComplete := func() {
				require.Equal(t, model, f.readFile(t, "m.bin"))
				require.Equal(t, weights, f.readFile(t, "bert/weights"))
			}
			// The kills happen at random moments within the duration of a complete run.
			began := time.Now()
			require.Equal(t, 0, f.run(t).ExitCode)
			duration := time.Since(began)
			require.NoError(t, os.Remove(f.path(publish.MarkerName)))
			for range killCount / 2 {
				command, _ := f.command(t.Context())
				require.NoError(t, command.Start())
				time.Sleep(rand.N(duration))
				_ = command.Process.Kill() // it may have exited already
				_ = command.Wait()
				if _, err := os.Stat(f.path(publish.MarkerName)); err == nil {
					requireComplete()
					require.NoError(t, os.Remove(f.path(publish.MarkerName)))
				}
			}
			require.Equal(t, 0, f.run(t).ExitCode)
			requireComplete()
		})
	}
}

// stopWhen starts a run and sends it the signal when ready accepts the content of its journal.
func stopWhen(t *testing.T, f *fixture, signal os.Signal, ready func(journal []byte) bool) {
	t.Helper()
	command, stderr := f.command(t.Context())
	require.NoError(t, command.Start())
	require.Eventually(t, func() bool {
		journal, _ := os.ReadFile(f.path(staging + "/0.journal"))
		return ready(journal)
	}, 20*time.Second, time.Millisecond, stderr.String)
	require.NoError(t, command.Process.Signal(signal))
	_ = command.Wait() // it was stopped
	f.requireNothingPublished(t)
}

// countSegments counts the segments of a journal.
func countSegments(journal []byte) int { return bytes.Count(journal, []byte(`{"segment"`)) }

// Verified data is not downloaded again, whether the node failed or Kubernetes stopped the container.
func TestFetcher_resumesInterruptedDownload(t *testing.T) {
	const part, parts = 1 << 20, 12
	body := randomBytes(22, part*parts)
	for name, store := range allStores(t) {
		for _, tt := range []struct {
			name    string
			signal  os.Signal
			damage  func(t *testing.T, f *fixture)
			missing int
		}{
			{"killed", syscall.SIGKILL, func(*testing.T, *fixture) {}, 0},
			{"stopped", syscall.SIGTERM, func(*testing.T, *fixture) {}, 0},
			{"killed, and a byte corrupted on disk", syscall.SIGKILL, func(t *testing.T, f *fixture) {
				t.Helper()
				flipByte(t, f.path(staging+"/0/m.bin"), 17)
			}, 1},
			{"killed, and the object replaced", syscall.SIGKILL, func(t *testing.T, f *fixture) {
				t.Helper()
				f.store.Put(t, f.bucket, "models/m.bin", body)
			}, parts},
		} {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				proxy := faultproxy.New(t, store.Endpoint())
				proxy.Inject(1, faultproxy.RangeFrom((parts-1)*part), faultproxy.Stall(1000))
				f := newFixture(t, store, proxy.URL).set("FETCH_PART_SIZE", fmt.Sprint(part), "FETCH_PARALLEL", fmt.Sprint(parts))
				store.Put(t, f.bucket, "models/m.bin", body)
				stopWhen(t, f, tt.signal, func(journal []byte) bool { return countSegments(journal) == parts-1 })
				tt.damage(t, f)
				before := len(proxy.Requests())
				got := f.run(t)
				require.Equal(t, 0, got.ExitCode, got.stderr)
				require.Equal(t, body, f.readFile(t, "m.bin"))
				ranges := 0
				for _, request := range proxy.Requests()[before:] {
					if strings.Contains(request, "bytes=") {
						ranges++
					}
				}
				if tt.missing < parts {
					require.Equal(t, 1+tt.missing, ranges)
					require.Contains(t, got.stderr, "resuming an earlier download")
				} else {
					require.Equal(t, parts-1, ranges, "segments of another version must not be used")
				}
			})
		}
	}
}

// An extracted archive is not downloaded again if the run was killed during the download of another artifact.
func TestFetcher_keepsExtractedArchive(t *testing.T) {
	const part = 64 << 10
	weights := randomBytes(23, 3*part)
	packed := archivetest.Tar(t, archivetest.Folder("empty"), archivetest.File("w/weights", weights))
	for name, store := range allStores(t) {
		for change, intact := range map[string]bool{"intact": true, "corrupted": false} {
			t.Run(name+"/"+change, func(t *testing.T) {
				proxy := faultproxy.New(t, store.Endpoint())
				f := newFixture(t, store, proxy.URL).setObject("m.tar", "bert/m.tar").set("FETCH_PART_SIZE", fmt.Sprint(part))
				f.set("LOCAL_MODEL_PATH", f.path("bert/m.tar"), "MODEL_FOLDER", f.path(""))
				store.Put(t, f.bucket, "m.tar", packed)
				store.Put(t, f.bucket, "data", []byte("data"))
				f.set("ARTIFACTS", fmt.Sprintf(`[{"bucket":%q,"path":"data","dest":"data"}]`, f.bucket))
				proxy.Inject(1, func(r *http.Request) bool {
					return strings.Contains(r.URL.Path, "data") && faultproxy.IsContent(r)
				}, faultproxy.Stall(1))
				stopWhen(t, f, syscall.SIGKILL, func(journal []byte) bool { return bytes.Contains(journal, []byte(`{"archive"`)) })
				if !intact {
					flipByte(t, f.path(staging+"/0/w/weights"), 5)
				}
				before := len(proxy.Requests())
				got := f.run(t)
				require.Equal(t, 0, got.ExitCode, got.stderr)
				require.Equal(t, weights, f.readFile(t, "bert/w/weights"))
				require.DirExists(t, f.path("bert/empty"))
				require.Equal(t, "data", string(f.readFile(t, "data")))
				downloads := strings.Count(strings.Join(proxy.Requests()[before:], "\n"), fmt.Sprintf("bytes=%d-%d", part, 2*part-1))
				require.Equal(t, !intact, downloads == 1)
			})
		}
	}
}
