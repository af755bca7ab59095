// Package fetch performs a run: it looks up the artifacts, downloads them to the staging folder, verifies them and
// publishes them together.
package fetch

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/publish"
	"github.com/modelferry/modelferry/fetcher/internal/report"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/internal/transfer"
	"github.com/modelferry/modelferry/fetcher/request"
	"github.com/modelferry/modelferry/fetcher/signature"
)

// Opener creates the request's source, waiting for the identity if necessary.
type Opener func(ctx context.Context, req request.Request, log *slog.Logger) (source.Source, error)

// The attempts of a round, and the delays between attempts and between rounds. A round takes about 3 s. FETCH_RETRIES
// and FETCH_BACKOFF add further rounds, for longer failures.
const (
	maxBackoff     = 2 * time.Minute
	rangeAttempts  = 5
	rangeBaseDelay = 200 * time.Millisecond
	rangeMaxDelay  = 2 * time.Second
	// The first delay is that of the AWS SDKs after throttling, but their maximum of 20 s would leave the store idle.
	// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
	throttlingBaseDelay = time.Second
	throttlingMaxDelay  = 3 * time.Second
	// However short FETCH_BACKOFF is: these retries have no other limit than FETCH_TIMEOUT.
	throttlingMinDelay = 100 * time.Millisecond
)

var errTimeout = errors.New("timed out")

// Run performs the request and returns its summary, without the duration. If it returns an error, nothing was
// published; the error's kind determines the exit code. The staging folder is removed unless a later run in the same
// volume can resume from it: after a transient error or a signal.
func Run(ctx context.Context, req request.Request, open Opener, log *slog.Logger) (report.Summary, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, req.Timeout, errTimeout)
	defer cancel()
	summary := report.Summary{Outcome: "done", Folder: req.Folder}
	folder, err := publish.Open(req.Folder)
	if err != nil {
		return summary, classifyDiskError(err)
	}
	defer folder.Close()
	records, published, err := alreadyPublished(ctx, folder, req)
	if err != nil {
		return summary, stopReason(ctx, req, classifyDiskError(err))
	}
	if published {
		log.Info("model folder is up to date: every artifact verified", "folder", req.Folder)
		summary.Outcome = "unchanged"
		summary.Warnings = warnMissingDestinations(folder, req, log)
		return summarize(summary, req, records), classifyDiskError(folder.RemoveStaging())
	}
	if err := folder.CheckDestinations(destinations(req)); err != nil {
		return summary, classifyDiskError(err)
	}
	r := newRun(req, folder, open, log)
	err = r.runWithRetries(ctx, &summary)
	if err == nil {
		records, err = r.publish()
	}
	if err != nil {
		err = stopReason(ctx, req, r.throttledReason(classifyDiskError(err)))
		if resumable(err) {
			return summary, err
		}
		if removeErr := folder.RemoveStaging(); removeErr != nil {
			log.Warn("failed to remove the staging folder", "error", removeErr.Error())
		}
		return summary, err
	}
	summary.Warnings = warnMissingDestinations(folder, req, log)
	return summarize(summary, req, records), nil
}

// run is the state of a run.
type run struct {
	req        request.Request
	folder     *publish.Folder
	log        *slog.Logger
	open       Opener
	source     source.Source
	throttling *transfer.Throttling
	// opening is the innermost decorator of source, and openBodies the number of artifacts that it opens when they are
	// looked up. All of them are read at the same time.
	opening    *transfer.Opening
	openBodies int
	// progress is the outermost decorator of source.
	progress *transfer.Progress
	// staged holds the verified artifacts by index. A new attempt does not download them again.
	staged []*publish.StagedArtifact
	// checkpoints holds what an earlier run downloaded, by the artifact's index.
	checkpoints []checkpoint
	// manifests holds what the verified signatures sign, by the artifact's index. It is nil for one without a
	// signature.
	manifests []*signature.Manifest
	// bundles is the number of bytes of all signature bundles that are being verified: a bundle takes a multiple of
	// its size in memory.
	bundles *semaphore.Weighted
	// windows is the memory for the windows of all zstd decoders.
	windows *semaphore.Weighted
}

func newRun(req request.Request, folder *publish.Folder, open Opener, log *slog.Logger) *run {
	return &run{
		req: req, folder: folder, log: log, open: open, openBodies: min(req.Parallel, maxArtifacts),
		staged:      make([]*publish.StagedArtifact, len(req.Artifacts)),
		checkpoints: make([]checkpoint, len(req.Artifacts)),
		manifests:   make([]*signature.Manifest, len(req.Artifacts)),
		bundles:     semaphore.NewWeighted(signature.MaxBytes),
		windows:     semaphore.NewWeighted(req.Limits.MaxWindow),
	}
}

// runWithRetries repeats the attempt until it succeeds, fails permanently, or the retries are used up. Requests are
// retried elsewhere (transfer.WithRetries): these retries are for a changed or corrupted object, and for the creation
// of the source.
func (r *run) runWithRetries(ctx context.Context, summary *report.Summary) error {
	backoff := r.backoff()
	for retry := 0; ; retry++ {
		summary.Attempts = retry + 1
		err := r.attempt(ctx)
		switch {
		case err == nil, ctx.Err() != nil, errors.Is(err, transfer.ErrGaveUp):
			return err
		case !fetcherr.KindOf(classifyDiskError(err)).Retryable(), retry == r.req.Retries:
			return err
		}
		delay := backoff.Delay(retry)
		r.log.Warn("run failed, retrying", "retry", retry+1, "of", r.req.Retries, "wait", delay.String(), "error", err.Error())
		if transfer.Sleep(ctx, delay) != nil {
			return err // says more than the cancelled wait
		}
	}
}

// backoff returns the delays between attempts of the run and between rounds of a range.
func (r *run) backoff() transfer.Backoff {
	return transfer.Backoff{Base: r.req.Backoff, Cap: max(maxBackoff, r.req.Backoff)}
}

// throttledReason returns the last refusal in place of a timeout, because it says why the time was not enough.
func (r *run) throttledReason(err error) error {
	if refusal := r.throttling.LastRefusal(); refusal != nil && errors.Is(err, errTimeout) {
		return refusal
	}
	return err
}

// stopReason returns the signal or the timeout as the error if one of them stopped the run, otherwise err.
func stopReason(ctx context.Context, req request.Request, err error) error {
	switch {
	case ctx.Err() == nil:
		return err
	case !errors.Is(context.Cause(ctx), errTimeout):
		return fetcherr.New(fetcherr.Interrupted, "interrupted by a signal")
	case !fetcherr.KindOf(err).Retryable() && !errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, errTimeout), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fetcherr.New(fetcherr.Transient, "timed out after %s", req.Timeout).WithHint("raise FETCH_TIMEOUT or check the network")
	}
	return fetcherr.New(fetcherr.Transient, "timed out after %s; last error: %w", req.Timeout, err).
		WithHint("raise FETCH_TIMEOUT or check the network")
}

func alreadyPublished(ctx context.Context, folder *publish.Folder, req request.Request) ([]publish.Record, bool, error) {
	if !req.IsPinned() {
		return nil, false, nil
	}
	expected := make([]publish.Expected, len(req.Artifacts))
	for i, a := range req.Artifacts {
		expected[i] = publish.Expected{Dest: a.Dest, Source: req.URL(a), SHA256: a.SHA256, Version: a.Version, Extract: a.Extract,
			SignedBy: a.Signature.SignedBy()}
	}
	return folder.IsPublished(ctx, expected)
}

func summarize(summary report.Summary, req request.Request, records []publish.Record) report.Summary {
	for i, record := range records {
		summary.Bytes += record.Bytes
		summary.Artifacts = append(summary.Artifacts, report.Artifact{
			Dest: record.Dest, Source: record.Source, Bytes: record.Bytes, SHA256: record.SHA256, Checksum: record.Checksum,
			Version: record.Version, Pinned: req.Artifacts[i].SHA256 != "", Verified: record.Verified,
			Extracted: record.Extracted, Files: len(record.Files), Encoding: record.Encoding, DigestOf: record.DigestOf,
			Signature: cmp.Or(record.Signature, levelNone),
		})
	}
	return summary
}
