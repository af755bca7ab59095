package main

import (
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/records"
	"github.com/modelferry/modelferry/cli/internal/uploadtest"
	"github.com/modelferry/modelferry/config"
)

// kills is the number of killed runs for each cloud.
const kills = 50

// modelBytes is large enough for an upload to take some of a run's time.
const modelBytes = 4 << 20

// The program is killed at random points of a release or rollback. What others see is whole at any time, and running
// the same command again finishes it: once, with one record.
func TestRelease_killed(t *testing.T) {
	for _, cloud := range config.Clouds() {
		t.Run(string(cloud), func(t *testing.T) {
			seed := uint64(time.Now().UnixNano())
			t.Logf("seed %d", seed)
			random := rand.New(rand.NewPCG(seed, 0))
			h := &history{project: newProject(t, cloud), checked: map[string]bool{}}
			h.proxy.Always(h.countUpload)
			duration := h.releaseWithoutKill(t, random)
			for range 3 { // the first one is slower
				h.uploads.Store(0)
				duration = min(duration, h.releaseWithoutKill(t, random))
			}
			uploads := h.uploads.Load()
			points := map[string]int{}
			for i := range kills {
				args, want := h.next(t, random, i)
				before := h.stackFile(t)
				command, _ := h.command(args...)
				kill := func() { _ = command.Process.Kill() }
				h.killer.Store(nil)
				if i%2 == 0 { // at an upload, the last of which is that of the record; otherwise at any time
					k := &killer{upload: 1, before: random.IntN(2) == 0, kill: kill}
					if args[0] == "release" {
						k.upload += random.Int64N(uploads)
					}
					h.killer.Store(k)
				}
				require.NoError(t, command.Start())
				timer := time.AfterFunc(time.Duration(random.Int64N(int64(2*duration))), func() {
					if i%2 != 0 {
						kill()
					}
				})
				_ = command.Wait() // an error, if it was killed
				timer.Stop()
				h.killer.Store(nil)

				recorded := h.checkWhole(t, before, want)
				written := h.stackFile(t) != before
				points[map[[2]bool]string{{}: "before the record", {true, false}: "before the file", {true, true}: "after it"}[[2]bool{recorded, written}]]++
				if args[0] == "release" || !written { // a second rollback would go further
					out, code := h.run(t, args...)
					require.Zero(t, code, "%v: %s", args, out)
				}
				require.True(t, h.checkWhole(t, before, want))
				require.Contains(t, h.stackFile(t), want)
				h.records++
				out, code := h.run(t, "verify", "bankchurn")
				require.Zero(t, code, out)
			}
			t.Logf("killed: %v", points)
		})
	}
}

// killer kills the program at one of its uploads.
type killer struct {
	// upload counts down to the one at which the program is killed.
	upload int64
	// before is true for a request that does not reach the store; otherwise its answer is lost.
	before bool
	kill   func()
	mutex  sync.Mutex
}

// countUpload counts an upload of the program, and kills it if it is time.
func (h *history) countUpload(w http.ResponseWriter, r *http.Request, forward http.Handler) {
	k := h.killer.Load()
	if !uploadtest.IsUpload(r) {
		forward.ServeHTTP(w, r)
		return
	}
	h.uploads.Add(1)
	if k == nil {
		forward.ServeHTTP(w, r)
		return
	}
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.upload--
	if k.upload == 0 && k.before {
		k.kill()
		return
	}
	forward.ServeHTTP(w, r)
	if k.upload == 0 {
		k.kill()
	}
}

// history is what the stack has had so far.
type history struct {
	project

	// digests of the models, the last one is in the stack's file. A rollback removes it.
	digests []string
	records int
	// checked are the objects that have the digest of their path. No object is ever written again.
	checked map[string]bool

	uploads atomic.Int64
	killer  atomic.Pointer[killer]
}

// releaseWithoutKill makes a release and returns how long it takes.
func (h *history) releaseWithoutKill(t *testing.T, random *rand.Rand) time.Duration {
	t.Helper()
	args := h.newRelease(t, random)
	started := time.Now()
	out, code := h.run(t, args...)
	require.Zero(t, code, out)
	h.records++
	return time.Since(started)
}

// newRelease writes a new model and returns the command that releases it.
func (h *history) newRelease(t *testing.T, random *rand.Rand) []string {
	t.Helper()
	content := make([]byte, modelBytes)
	for i := 0; i < len(content); i += 4096 {
		content[i] = byte(random.Uint32())
		content[i+1] = byte(random.Uint32())
	}
	h.write(t, "model.joblib", string(content))
	h.write(t, "data.csv", string(content[:5]))
	sum := sha256.Sum256(content)
	h.digests = append(h.digests, hex.EncodeToString(sum[:]))
	return []string{"release", "bankchurn", "model=model.joblib,data=data.csv"}
}

// next returns the next command, and what the stack's file contains afterwards.
func (h *history) next(t *testing.T, random *rand.Rand, i int) (args []string, want string) {
	t.Helper()
	const rollbackEvery = 3
	if i%rollbackEvery == 0 && len(h.digests) > 1 {
		h.digests = h.digests[:len(h.digests)-1]
		args = []string{"rollback", "bankchurn"}
	} else {
		args = h.newRelease(t, random)
	}
	digest := h.digests[len(h.digests)-1]
	return args, "path: bankchurn/" + digest[:12] + "/model.joblib, sha256: \"" + digest + "\""
}

// checkWhole fails if anything is half done. It reports whether the command has recorded its release.
func (h *history) checkWhole(t *testing.T, before, want string) (recorded bool) {
	t.Helper()
	file := h.stackFile(t)
	if file != before {
		require.Contains(t, file, want)
		require.Contains(t, file, "image: registry/bankchurn:1 # of the server\n")
		require.True(t, strings.HasSuffix(file, "} # d\n"), file)
	}
	objects := h.objects(t, h.checked)
	for key, digest := range objects {
		require.True(t, strings.HasPrefix(digest, filepath.Base(filepath.Dir(key))), "%s has the digest %s", key, digest)
		h.checked[key] = true
	}
	list, err := records.Log{Store: h.store, Service: "bankchurn"}.Read(t.Context())
	require.NoError(t, err)
	for _, r := range list {
		for _, a := range r.Artifacts {
			require.True(t, h.checked[a.Path], "record %d refers to %s, which does not exist", r.Number, a.Path)
		}
	}
	require.Contains(t, []int{h.records, h.records + 1}, len(list))
	recorded = len(list) == h.records+1
	if file != before {
		require.True(t, recorded, "the file has a release that is not recorded")
	}
	return recorded
}
