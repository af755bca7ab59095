package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
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

// attempt downloads and verifies every artifact that is not staged yet.
func (r *run) attempt(ctx context.Context) error {
	if err := r.openSource(ctx); err != nil {
		return err
	}
	defer r.opening.Close()
	signatures := make(chan error, 1)
	go func() { signatures <- r.verifySignatures(ctx) }()
	objects, err := r.resolveObjects(ctx)
	if err := joinErrors([]error{err, <-signatures}); err != nil {
		return err
	}
	resumed, err := r.loadCheckpoints(ctx, objects)
	if err != nil {
		return err
	}
	total := r.remainingBytes(objects) - resumed
	if err := r.checkFreeSpace(total); err != nil {
		return err
	}
	stop := r.progress.Report(total, r.log)
	defer stop()
	if r.hasArchive() {
		defer debug.SetGCPercent(debug.SetGCPercent(extractGCPercent))
	}
	buffers := transfer.NewBufferPool(r.req.Parallel, r.req.PartSize)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(maxArtifacts)
	for i, object := range objects {
		if r.staged[i] != nil {
			continue
		}
		group.Go(func() error {
			began := time.Now()
			staged, err := r.stageArtifact(ctx, i, object, buffers)
			if err != nil {
				return fmt.Errorf("%s: %w", source.Quote(r.req.Artifacts[i].Dest), err)
			}
			r.staged[i] = staged
			r.log.Info("artifact verified", "dest", staged.Dest, "source", staged.Source, "bytes", staged.Bytes,
				"sha256", staged.SHA256, "checksum", staged.Checksum, "version", staged.Version, "verified", staged.Verified,
				"encoding", staged.Encoding, "digestOf", staged.DigestOf, "signature", cmp.Or(staged.Signature, levelNone),
				"seconds", time.Since(began).Seconds())
			return nil
		})
	}
	return group.Wait()
}

// extractGCPercent is the GOGC for the extraction of archives. The buffers are nearly all of the memory. With the
// default of 100 the heap could grow to twice their size.
const extractGCPercent = 20

func (r *run) hasArchive() bool {
	return slices.ContainsFunc(r.req.Artifacts, func(a request.Artifact) bool { return a.Extract })
}

// openSource creates the source on the first call and adds the decorators: the look-up opens the object, broken ranges
// resume, at most Parallel ranges are open, a stalled range fails, and requests are retried while the identity is not
// ready.
func (r *run) openSource(ctx context.Context) error {
	if r.source != nil {
		return nil
	}
	identityRetry := &transfer.IdentityRetry{Deadline: time.Now().Add(r.req.IdentityWait), Wait: r.req.IdentityWait, Log: r.log}
	var base source.Source
	err := identityRetry.Do(ctx, func() (err error) {
		base, err = r.open(ctx, r.req, r.log)
		return err
	})
	if err != nil {
		return err
	}
	identityRetry.Principal = base.Principal
	// A short FETCH_BACKOFF shortens the waits within a round, too.
	policy := transfer.RetryPolicy{
		Attempts:     rangeAttempts,
		ShortBackoff: transfer.Backoff{Base: min(rangeBaseDelay, r.req.Backoff), Cap: min(rangeMaxDelay, r.req.Backoff)},
		Rounds:       r.req.Retries,
		LongBackoff:  r.backoff(),
	}
	r.opening = transfer.NewOpening(base, r.openBodies)
	withTimeout := transfer.WithStallTimeout(r.opening, r.req.Stall)
	r.throttling = &transfer.Throttling{
		Backoff: transfer.Backoff{
			Base: max(min(throttlingBaseDelay, r.req.Backoff), throttlingMinDelay),
			Cap:  max(min(throttlingMaxDelay, r.req.Backoff), throttlingMinDelay),
		},
		MaxRetryAfter: policy.LongBackoff.Cap,
		Log:           r.log,
	}
	// A stream's request that waits for the store keeps its slot, so that no other takes its place. A part of a file
	// gives it back: it may be joined to another.
	answered := transfer.WithThrottling(withTimeout, r.throttling)
	limited := transfer.WithConcurrencyLimit(transfer.WithIdentityRetry(answered, identityRetry), r.req.Parallel)
	r.progress = transfer.NewProgress(transfer.WithRetries(limited, policy, r.log))
	r.source = r.progress
	return nil
}

// resolveObjects looks up all artifacts, so that all errors are reported at once.
func (r *run) resolveObjects(ctx context.Context) ([]source.Object, error) {
	objects, errs := r.statAll(ctx)
	return objects, joinErrors(errs)
}

// statAll looks up the artifacts that are not staged yet, concurrently. Each index has an object or an error.
func (r *run) statAll(ctx context.Context) ([]source.Object, []error) {
	objects := make([]source.Object, len(r.req.Artifacts))
	errs := make([]error, len(r.req.Artifacts))
	var group errgroup.Group
	group.SetLimit(r.req.Parallel)
	for i, a := range r.req.Artifacts {
		if r.staged[i] != nil {
			continue
		}
		group.Go(func() error {
			object, err := r.source.Stat(ctx, source.Ref{Bucket: a.Bucket, Key: a.Path, Version: a.Version})
			if err == nil {
				err = checkObject(a, object, r.source)
			}
			if err != nil {
				errs[i] = fmt.Errorf("%s: %w", source.Quote(a.Dest), err)
			}
			objects[i] = object
			return nil
		})
	}
	_ = group.Wait() // the errors are in errs
	return objects, errs
}

// joinErrors joins the errors, permanent ones first: they determine the kind.
func joinErrors(errs []error) error {
	var permanent, transient []error
	for _, err := range errs {
		switch {
		case err == nil:
		case fetcherr.KindOf(err).Retryable():
			transient = append(transient, err)
		default:
			permanent = append(permanent, err)
		}
	}
	return errors.Join(append(permanent, transient...)...)
}

// checkObject compares an object's size with the request, before the download.
func checkObject(a request.Artifact, object source.Object, src source.Source) error {
	switch {
	case object.Size == 0:
		return fetcherr.New(fetcherr.Integrity, "%s is empty", src.URL(object.Ref)).WithHint("publish the artifact again")
	case a.Size != 0 && a.Size != object.Size && object.Encoding == "":
		return fetcherr.New(fetcherr.Integrity, "%s has %d bytes, expected %d", src.URL(object.Ref), object.Size, a.Size).
			WithHint("the object is not the released one: correct the path or the size")
	}
	return checkEncoding(object, src)
}

// remainingBytes returns the total size of the objects that are not staged yet.
func (r *run) remainingBytes(objects []source.Object) int64 {
	var remaining int64
	for i, object := range objects {
		if r.staged[i] == nil {
			remaining += object.Size
		}
	}
	return remaining
}

// checkFreeSpace fails before the download if the volume is too small. For an archive it uses the compressed size: the
// extracted size is unknown, and seldom smaller.
func (r *run) checkFreeSpace(required int64) error {
	free, err := r.folder.FreeBytes()
	if err != nil {
		return err
	}
	if required > free {
		return fetcherr.New(fetcherr.NoSpace, "not enough space in %s: %d bytes required, %d available", r.req.Folder, required, free).
			WithHint("raise the emptyDir's sizeLimit or the node's disk")
	}
	return nil
}

// publish moves all staged artifacts to their final paths. It logs what it removed of others.
func (r *run) publish() ([]publish.Record, error) {
	artifacts := make([]publish.StagedArtifact, len(r.staged))
	marker := publish.Marker{FetchedAt: time.Now().UTC()}
	for i, staged := range r.staged {
		if err := r.checkSigned(i); err != nil {
			return nil, err
		}
		artifacts[i] = *staged
		marker.Artifacts = append(marker.Artifacts, staged.Record)
	}
	changes, err := r.folder.Publish(artifacts, marker)
	if err != nil {
		return nil, err
	}
	for _, record := range changes.Removed {
		r.log.Info("removed an artifact of the earlier release", "dest", record.Dest, "source", record.Source)
	}
	for _, name := range changes.Replaced {
		r.log.Warn("replaced a file that the marker does not list", "path", path.Join(r.req.Folder, name))
	}
	return marker.Artifacts, nil
}
