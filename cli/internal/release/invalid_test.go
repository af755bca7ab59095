package release

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
	"github.com/modelferry/modelferry/cli/internal/records"
	"github.com/modelferry/modelferry/cli/internal/uploadtest"
	"github.com/modelferry/modelferry/cli/objectstore"
	"github.com/modelferry/modelferry/cli/stackfile"
)

// Everything here is refused before a request is made.
func TestRelease_invalid(t *testing.T) {
	f := newFixture(t, "gke")
	model := f.write(t, "model.joblib", "model 1")
	empty := f.write(t, "empty", "")
	text := f.write(t, "model.tar.gz", "no archive")
	before := f.stackFile(t, "gke")
	f.env.OpenStore = func(context.Context, objectstore.Location) (objectstore.Store, error) {
		return nil, errors.New("must not be opened")
	}
	valid := func() Request {
		return Request{Service: "bankchurn", Stacks: []string{"gke"}, Inputs: []Input{{"model", model}}}
	}
	for _, c := range []struct {
		name   string
		change func(r *Request)
		want   string
	}{
		{"unknown service", func(r *Request) { r.Service = "bankchrun" },
			`invalid service "bankchrun": must be one of bankchurn, chicagotaxi, nlpinsight: did you mean "bankchurn"?`},
		{"unknown artifact", func(r *Request) { r.Service, r.Inputs[0].Artifact = "chicagotaxi", "prediction" },
			`invalid artifact "prediction" of chicagotaxi: must be one of model, predictions: did you mean "predictions"?`},
		{"unknown stack", func(r *Request) { r.Stacks = []string{"gek"} }, `stack "gek": open `},
		{"unknown backend", func(r *Request) { r.Service, r.Backend = "nlpinsight", "finbart" },
			`invalid backend "finbart" of nlpinsight: must be one of finbert, tfidf (--backend): did you mean "finbert"?`},
		{"service without backends", func(r *Request) { r.Backend = "x" }, `invalid backend "x": the service bankchurn has no backends`},
		{"other digest", func(r *Request) { r.SHA256 = digestOf("model 2") },
			model + " has the digest " + digestOf("model 1") + ", expected " + digestOf("model 2") + ": nothing was uploaded"},
		{"no digest", func(r *Request) { r.SHA256 = "abc" }, "invalid --sha256: must be the digest of one artifact"},
		{"missing file", func(r *Request) { r.Inputs[0].Source = "none.joblib" }, "artifact model: stat none.joblib: no such file"},
		{"empty file", func(r *Request) { r.Inputs[0].Source = empty }, "empty: must not be empty"},
		{"device", func(r *Request) { r.Inputs[0].Source = "/dev/zero" }, "/dev/zero: must be a file or a folder"},
		{"file that is no archive", func(r *Request) { r.Inputs[0].Source = text }, "model.tar.gz: must be a tar archive"},
		{"invalid image", func(r *Request) { r.Image = "Registry/A" }, "modelferry:releases.bankchurn.image: Invalid value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := valid()
			c.change(&r)
			_, err := f.env.Release(t.Context(), r)
			require.ErrorContains(t, err, c.want)
			require.Equal(t, exitcode.Invalid, exitcode.Of(t.Context(), err))
			require.Equal(t, before, f.stackFile(t, "gke"))
		})
	}
	t.Run("stack file that does not parse", func(t *testing.T) {
		f.write(t, "Pulumi.gke.yaml", "config: {")
		_, err := f.env.Release(t.Context(), valid())
		require.ErrorContains(t, err, "Pulumi.gke.yaml: yaml: line 1")
		require.Equal(t, exitcode.Invalid, exitcode.Of(t.Context(), err))
	})
	t.Run("invalid config", func(t *testing.T) {
		f.write(t, "Pulumi.gke.yaml", replaceAll(before, "modelferry:cluster", "modelferry:clutser"))
		_, err := f.env.Release(t.Context(), valid())
		require.ErrorContains(t, err, `modelferry:clutser: Forbidden: unknown key: did you mean "cluster"?`)
		require.Equal(t, exitcode.Invalid, exitcode.Of(t.Context(), err))
	})
}

// While the model is uploaded, someone else edits the stack's file.
func TestRelease_fileEditedMeanwhile(t *testing.T) {
	f := newFixture(t, "gke")
	edited := f.stackFile(t, "gke") + "# mine\n"
	f.stores["gke"].Proxy.Inject(1, uploadtest.IsUpload, func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		f.write(t, "Pulumi.gke.yaml", edited)
		forward.ServeHTTP(w, r)
	})
	_, err := f.env.Release(t.Context(), f.request(t, "model 1", "gke"))
	require.ErrorIs(t, err, stackfile.ErrChanged)
	require.Equal(t, exitcode.Invalid, exitcode.Of(t.Context(), err))
	require.Equal(t, edited, f.stackFile(t, "gke"))
	require.Empty(t, f.records(t, "gke"))
	f.release(t, "model 1", "gke")
	require.True(t, f.pinned(t, "gke", "model 1"))
	require.Contains(t, f.stackFile(t, "gke"), "# mine\n")
}

// What the store refuses, or what breaks on the way, changes neither the config nor the records. With the cause gone,
// the same command finishes.
func TestRelease_failedUpload(t *testing.T) {
	for stack := range clouds {
		for _, c := range []struct {
			name  string
			fault func(f *fixture)
			kind  error
			code  int
		}{
			{"no rights", func(f *fixture) { f.refuseUploads(http.StatusForbidden, "AccessDenied", "forbidden") }, objectstore.ErrDenied, exitcode.Denied},
			{"full", func(f *fixture) { f.refuseUploads(http.StatusInsufficientStorage, "InsufficientStorage", "full") }, objectstore.ErrNoSpace, exitcode.Failed},
		} {
			t.Run(stack+"/"+c.name, func(t *testing.T) {
				f := newFixture(t, stack)
				before := f.stackFile(t, stack)
				c.fault(f)
				_, err := f.env.Release(t.Context(), f.request(t, "model 1", stack))
				require.ErrorIs(t, err, c.kind)
				require.Equal(t, c.code, exitcode.Of(t.Context(), err), err.Error())
				require.Equal(t, before, f.stackFile(t, stack))
				require.Empty(t, f.objects(t, stack))
			})
		}
	}
}

// The connection is cut until the command is interrupted. The next run finishes.
func TestRelease_cutUpload(t *testing.T) {
	for stack := range clouds {
		t.Run(stack, func(t *testing.T) {
			f := newFixture(t, stack)
			before, content := f.stackFile(t, stack), strings.Repeat("model ", 100_000)
			var mended atomic.Bool
			const times = 1000
			f.stores[stack].Proxy.Inject(times, func(r *http.Request) bool {
				return uploadtest.IsContent(r) && !mended.Load()
			}, uploadtest.Cut(100_000))
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := f.env.Release(ctx, f.request(t, content, stack))
			require.Error(t, err)
			require.Equal(t, exitcode.Interrupted, exitcode.Of(ctx, err), err.Error())
			require.Equal(t, before, f.stackFile(t, stack))
			require.Empty(t, f.objects(t, stack))

			mended.Store(true)
			f.release(t, content, stack)
			require.True(t, f.pinned(t, stack, content))
			require.Equal(t, content, f.objects(t, stack)[keyOf(content)])
			require.Len(t, f.records(t, stack), 1)
		})
	}
}

// refuseUploads makes every upload fail.
func (f *fixture) refuseUploads(status int, code, message string) {
	for stack, store := range f.stores {
		body := `<Error><Code>` + code + `</Code><Message>` + message + `</Message></Error>`
		if stack == "gke" {
			body = `{"error": {"message": "` + message + `", "errors": [{"reason": "` + code + `"}]}}`
		}
		answer := uploadtest.Answer(status, "", body)
		store.Proxy.Always(func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
			if uploadtest.IsUpload(r) {
				answer(w, r, forward)
				return
			}
			forward.ServeHTTP(w, r)
		})
	}
}

// One stack's bucket cannot be written: the other stack's config and records stay as well.
func TestRelease_allStacksOrNone(t *testing.T) {
	f := newFixture(t, "gke", "eks")
	gke, eks := f.stackFile(t, "gke"), f.stackFile(t, "eks")
	f.stores["eks"].Proxy.Always(func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		if uploadtest.IsUpload(r) {
			http.Error(w, "<Error><Code>AccessDenied</Code></Error>", http.StatusForbidden)
			return
		}
		forward.ServeHTTP(w, r)
	})
	_, err := f.env.Release(t.Context(), f.request(t, "model 1", "gke", "eks"))
	require.ErrorIs(t, err, objectstore.ErrDenied)
	require.Equal(t, gke, f.stackFile(t, "gke"))
	require.Equal(t, eks, f.stackFile(t, "eks"))
	require.Empty(t, f.records(t, "gke"))
}

// Releases from several clones at once: no record is lost, and who has lost the race knows.
func TestRelease_concurrent(t *testing.T) {
	for stack := range clouds {
		t.Run(stack, func(t *testing.T) {
			f := newFixture(t, stack)
			const clones = 6
			errs := make([]error, clones)
			var group sync.WaitGroup
			for i := range clones {
				env := *f.env
				env.Root = t.TempDir()
				for _, name := range []string{"Pulumi.yaml", "Pulumi." + stack + ".yaml"} {
					content, err := os.ReadFile(filepath.Join(f.root, name))
					require.NoError(t, err)
					require.NoError(t, os.WriteFile(filepath.Join(env.Root, name), content, 0o644))
				}
				model := filepath.Join(env.Root, "model.joblib")
				require.NoError(t, os.WriteFile(model, []byte{'a' + byte(i)}, 0o644))
				env.Messages = new(nullWriter)
				group.Go(func() {
					_, errs[i] = env.Release(t.Context(), Request{
						Service: "bankchurn", Stacks: []string{stack}, Inputs: []Input{{"model", model}},
					})
				})
			}
			group.Wait()
			list, won := f.records(t, stack), 0
			for i, err := range errs {
				content := string(rune('a' + i))
				recorded := false
				for _, r := range list {
					recorded = recorded || r.Artifacts["model"].SHA256 == digestOf(content)
				}
				require.Equal(t, err == nil, recorded, "%v", err)
				if err == nil {
					won++
					continue
				}
				require.ErrorIs(t, err, records.ErrConflict)
				require.ErrorContains(t, err, "by ada@example.com for stack "+stack)
			}
			require.Len(t, list, won)
			require.Positive(t, won)
		})
	}
}

type nullWriter struct{}

func (*nullWriter) Write(p []byte) (int, error) { return len(p), nil }
