// Package fetch is one run: find the artifacts, bring them to the staging
// folder, verify them, publish them together.
package fetch

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/publish"
	"github.com/modelferry/modelferry/fetcher/internal/report"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/internal/transfer"
	"github.com/modelferry/modelferry/fetcher/request"
)

// Opener makes the request's source, waiting for the identity if it must.
type Opener func(ctx context.Context, req request.Request, log *slog.Logger) (source.Source, error)

// The longest waits: between rounds of tries, and between the tries of one.
// The quick ones last about 3 s together; what is still broken then needs the
// patience that FETCH_RETRIES and FETCH_BACKOFF give.
const (
	maxBackoff     = 2 * time.Minute
	rangeAttempts  = 5
	rangeBaseDelay = 200 * time.Millisecond
	rangeMaxDelay  = 2 * time.Second
)

var errTimeout = errors.New("timed out")

// Run does what the request asks and returns its summary, without the time it
// took. The error is the reason that nothing was published; its kind is the
// exit code. The staging folder is gone but where a later run in the same
// volume can go on: after what may pass, and after a signal.
func Run(ctx context.Context, req request.Request, open Opener, log *slog.Logger) (report.Summary, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, req.Timeout, errTimeout)
	defer cancel()
	summary := report.Summary{Outcome: "done", Folder: req.Folder}
	folder, err := publish.Open(req.Folder)
	if err != nil {
		return summary, classifyDiskError(err)
	}
	defer folder.Close()
	records, held, err := alreadyPublished(ctx, folder, req)
	if err != nil {
		return summary, stopReason(ctx, req, classifyDiskError(err))
	}
	if held {
		log.Info("model folder is up to date: every artifact verified", "folder", req.Folder)
		summary.Outcome = "unchanged"
		return summarize(summary, req, records), classifyDiskError(folder.RemoveStaging())
	}
	r := newRun(req, folder, open, log)
	err = r.runWithRetries(ctx, &summary)
	if err == nil {
		records, err = r.publish()
	}
	if err != nil {
		err = stopReason(ctx, req, classifyDiskError(err))
		if resumable(err) {
			return summary, err
		}
		if swept := folder.RemoveStaging(); swept != nil {
			log.Warn("failed to remove the staging folder", "error", swept.Error())
		}
		return summary, err
	}
	return summarize(summary, req, records), nil
}

// run is a run under way.
type run struct {
	req    request.Request
	folder *publish.Folder
	log    *slog.Logger
	open   Opener
	source source.Source
	// progress is the source's outermost part, which counts.
	progress *transfer.Progress
	// staged holds what is verified, by the artifact's index; a retry of the
	// run does not bring it again.
	staged []*publish.StagedArtifact
	// checkpoints are what an earlier run staged, by the artifact's index.
	checkpoints []checkpoint
}

func newRun(req request.Request, folder *publish.Folder, open Opener, log *slog.Logger) *run {
	return &run{req: req, folder: folder, log: log, open: open, staged: make([]*publish.StagedArtifact, len(req.Artifacts)), checkpoints: make([]checkpoint, len(req.Artifacts))}
}

// runWithRetries attempts the run until it works, fails for good or is out of tries.
// What a request can heal by itself is healed below, by the range: here it is
// about an object that changed or was spoilt, and the source's own making.
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
			return err // the last thing that went wrong says more than the wait
		}
	}
}

// backoff is that of the run, which begins anew or waits for a range.
func (r *run) backoff() transfer.Backoff {
	return transfer.Backoff{Base: r.req.Backoff, Cap: max(maxBackoff, r.req.Backoff)}
}

// stopReason puts the reason of a run that was stopped before what it led to.
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
	return fetcherr.New(fetcherr.Transient, "timed out after %s; last error: %w", req.Timeout, err).WithHint("raise FETCH_TIMEOUT or check the network")
}

func alreadyPublished(ctx context.Context, folder *publish.Folder, req request.Request) ([]publish.Record, bool, error) {
	if !req.IsPinned() {
		return nil, false, nil
	}
	expected := make([]publish.Expected, len(req.Artifacts))
	for i, a := range req.Artifacts {
		expected[i] = publish.Expected{Dest: a.Dest, Source: req.URL(a), SHA256: a.SHA256, Version: a.Version, Extract: a.Extract}
	}
	return folder.IsPublished(ctx, expected)
}

func summarize(summary report.Summary, req request.Request, records []publish.Record) report.Summary {
	for i, record := range records {
		summary.Bytes += record.Bytes
		summary.Artifacts = append(summary.Artifacts, report.Artifact{
			Dest: record.Dest, Source: record.Source, Bytes: record.Bytes, SHA256: record.SHA256, Checksum: record.Checksum,
			Version: record.Version, Pinned: req.Artifacts[i].SHA256 != "", Verified: record.Verified,
			Extracted: record.Extracted, Files: len(record.Files),
		})
	}
	return summary
}
