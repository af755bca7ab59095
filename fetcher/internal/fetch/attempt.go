package fetch

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/publish"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/internal/transfer"
	"github.com/modelferry/modelferry/fetcher/request"
)

// attempt brings every artifact that is not staged yet.
func (r *run) attempt(ctx context.Context) error {
	if err := r.connect(ctx); err != nil {
		return err
	}
	objects, err := r.find(ctx)
	if err != nil {
		return err
	}
	recalled, err := r.recall(ctx, objects)
	if err != nil {
		return err
	}
	total := r.missing(objects) - recalled
	if err := r.room(total); err != nil {
		return err
	}
	stop := r.progress.Report(total, r.log)
	defer stop()
	if r.extracts() {
		defer debug.SetGCPercent(debug.SetGCPercent(garbage))
	}
	buffers := transfer.NewBuffers(r.req.Parallel, r.req.PartSize)
	group, ctx := errgroup.WithContext(ctx)
	for i, object := range objects {
		if r.staged[i] != nil {
			continue
		}
		group.Go(func() error {
			began := time.Now()
			staged, err := r.stage(ctx, i, object, buffers)
			if err != nil {
				return fmt.Errorf("%s: %w", r.req.Artifacts[i].Dest, err)
			}
			r.staged[i] = staged
			r.log.Info("artifact verified", "dest", staged.Dest, "source", staged.Source, "bytes", staged.Bytes,
				"sha256", staged.SHA256, "checksum", staged.Checksum, "version", staged.Version, "verified", staged.Verified, "seconds", time.Since(began).Seconds())
			return nil
		})
	}
	return group.Wait()
}

// garbage is what may lie beside what is used, in percent, while archives are
// unpacked. Their buffers are nearly all of the memory, and hold no pointers
// to look through: to wait for as much garbage again would double it.
const garbage = 20

func (r *run) extracts() bool {
	return slices.ContainsFunc(r.req.Artifacts, func(a request.Artifact) bool { return a.Extract })
}

// connect makes the source, once, and wraps it: ranges that break resume, at
// most Parallel are open, none may stall, and a grant may come a little late.
func (r *run) connect(ctx context.Context) error {
	if r.source != nil {
		return nil
	}
	settling := &transfer.Settling{Until: time.Now().Add(r.req.IdentityWait), Log: r.log}
	var plain source.Source
	err := settling.Do(ctx, func() (err error) {
		plain, err = r.open(ctx, r.req, r.log)
		return err
	})
	if err != nil {
		return err
	}
	settling.Principal = plain.Principal
	// Who asks for short waits between rounds gets short ones within them too.
	patience := transfer.Patience{
		Tries: rangeTries, Quick: transfer.Backoff{Base: min(rangeBase, r.req.Backoff), Cap: min(rangeCap, r.req.Backoff)},
		Rounds: r.req.Retries, Slow: r.backoff(),
	}
	watched := transfer.Watch(plain, r.req.Stall)
	limited := transfer.Limit(transfer.Settle(watched, settling), r.req.Parallel)
	r.progress = transfer.NewProgress(transfer.Resume(limited, patience, r.log))
	r.source = r.progress
	return nil
}

// find asks for all artifacts, so that all that is missing or refused is told
// at once.
func (r *run) find(ctx context.Context) ([]source.Object, error) {
	objects, faults := r.ask(ctx)
	return objects, final(faults)
}

// ask finds the artifacts that are not staged yet, side by side. For each
// there is an object or a fault.
func (r *run) ask(ctx context.Context) ([]source.Object, []error) {
	objects := make([]source.Object, len(r.req.Artifacts))
	faults := make([]error, len(r.req.Artifacts))
	var group errgroup.Group
	group.SetLimit(r.req.Parallel)
	for i, a := range r.req.Artifacts {
		if r.staged[i] != nil {
			continue
		}
		group.Go(func() error {
			object, err := r.source.Stat(ctx, source.Ref{Bucket: a.Bucket, Key: a.Path, Version: a.Version})
			if err == nil {
				err = sound(a, object, r.source)
			}
			if err != nil {
				faults[i] = fmt.Errorf("%s: %w", a.Dest, err)
			}
			objects[i] = object
			return nil
		})
	}
	_ = group.Wait() // every error stands in faults
	return objects, faults
}

// final joins the errors, those that no retry heals first: they decide.
func final(faults []error) error {
	var lasting, passing []error
	for _, err := range faults {
		switch {
		case err == nil:
		case fetcherr.KindOf(err).Retryable():
			passing = append(passing, err)
		default:
			lasting = append(lasting, err)
		}
	}
	return errors.Join(append(lasting, passing...)...)
}

// sound checks what is known of an object before its first byte.
func sound(a request.Artifact, object source.Object, src source.Source) error {
	switch {
	case object.Size == 0:
		return fetcherr.New(fetcherr.Integrity, "%s is empty", src.URL(object.Ref)).Advise("publish the artifact again")
	case a.Size != 0 && a.Size != object.Size:
		return fetcherr.New(fetcherr.Integrity, "%s has %d bytes, %d were declared", src.URL(object.Ref), object.Size, a.Size).
			Advise("the object is not the one that was released: correct the path or the size")
	}
	return nil
}

// missing is how many bytes of the objects are to come.
func (r *run) missing(objects []source.Object) int64 {
	var need int64
	for i, object := range objects {
		if r.staged[i] == nil {
			need += object.Size
		}
	}
	return need
}

// room finds a volume that is too small before the first byte. An archive
// counts as it is: it seldom shrinks by being extracted.
func (r *run) room(need int64) error {
	free, err := r.folder.Free()
	if err != nil {
		return err
	}
	if need > free {
		return fetcherr.New(fetcherr.NoSpace, "%s: %d bytes are to come, the volume has %d left", r.req.Folder, need, free).
			Advise("raise the emptyDir's sizeLimit or the node's disk")
	}
	return nil
}

// publish makes everything staged appear.
func (r *run) publish() ([]publish.Record, error) {
	all := make([]publish.Staged, len(r.staged))
	marker := publish.Marker{FetchedAt: time.Now().UTC()}
	for i, staged := range r.staged {
		all[i] = *staged
		marker.Artifacts = append(marker.Artifacts, staged.Record)
	}
	return marker.Artifacts, r.folder.Publish(all, marker)
}
