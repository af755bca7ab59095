package release

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
	"github.com/modelferry/modelferry/cli/internal/records"
)

// Options are the options of every command that changes a stack's file.
type Options struct {
	// Message is stored in the record.
	Message string
	// DryRun shows what would happen.
	DryRun bool
	// Deploy updates the stacks, one after the other.
	Deploy bool
	// Canary is the stack that is deployed first, or "".
	Canary string
	// Keep keeps the new config of a stack whose deployment failed.
	Keep bool
}

// step is what a command does with one stack.
type step struct {
	target *target
	// artifacts are all artifacts of the service afterwards.
	artifacts map[string]records.Artifact
	// records are those of the stack, before.
	records    []records.Record
	rollbackTo int
	// image is the new image of the model server, or "".
	image  string
	result *StackResult
}

// finish records the steps and writes the stack files, when everything else is done. Without an error before, the files
// are written last. With Deploy, each stack is deployed before the next one is touched.
func (e *Environment) finish(ctx context.Context, steps []*step, o Options) error {
	for _, s := range steps {
		if err := s.target.file.CheckUnchanged(); err != nil {
			return exitcode.WithCode(exitcode.Invalid, err)
		}
	}
	if o.Deploy {
		return e.deployAll(ctx, steps, o)
	}
	for _, s := range steps {
		if err := s.record(ctx, o.Message); err != nil {
			return err
		}
	}
	for _, s := range steps {
		if err := s.target.file.Write(); err != nil {
			return exitcode.WithCode(exitcode.Invalid, err)
		}
	}
	return nil
}

// record appends the record of a step, unless the last record of the stack is the same release.
func (s *step) record(ctx context.Context, message string) error {
	t := s.target
	log, err := t.log(ctx)
	if err != nil {
		return err
	}
	if n := len(s.records); n > 0 && s.isRecorded(s.records[n-1]) {
		s.result.Record, s.result.RecordURL = s.records[n-1].Number, log.URL(s.records[n-1].Number)
		return nil
	}
	if err := s.recordFound(ctx, log); err != nil {
		return err
	}
	r := t.newRecord(s.artifacts)
	r.Message, r.RollbackTo = message, s.rollbackTo
	if s.image != "" {
		r.Image = s.image
	}
	if r, err = log.Append(ctx, len(t.records), r); err != nil {
		return err
	}
	t.records = append(t.records, r)
	s.result.Record, s.result.RecordURL = r.Number, log.URL(r.Number)
	return nil
}

func (s *step) isRecorded(last records.Record) bool {
	return last.Matches(s.artifacts) && (last.RollbackTo == s.rollbackTo || s.rollbackTo == 0) &&
		(s.image == "" || s.image == last.Image)
}

// recordFound records the release that the stack's file had before, if the last record has another one, so that a
// rollback returns to what ran: somebody has edited the file, or reverted a commit.
func (s *step) recordFound(ctx context.Context, log records.Log) error {
	t, before := s.target, s.target.current()
	if n := len(s.records); n > 0 && s.records[n-1].Matches(before) || len(before) < len(t.definitions()) {
		return nil
	}
	r := t.newRecord(before)
	r.Message = "found in " + t.file.Name()
	if known, ok := records.Current(s.records, before); ok {
		r.Artifacts, r.RollbackTo = known.Artifacts, known.Original()
	}
	for name, a := range r.Artifacts {
		if a.Origin == nil {
			a.Origin = &records.Origin{Kind: records.FromStackFile, Name: t.file.Name()}
			r.Artifacts[name] = a
		}
	}
	r, err := log.Append(ctx, len(t.records), r)
	if err != nil {
		return err
	}
	t.records, s.records = append(t.records, r), append(s.records, r)
	return nil
}

func (t *target) newRecord(artifacts map[string]records.Artifact) records.Record {
	return records.Record{
		Service: t.service, Stack: t.stack(), Backend: t.backend, Time: t.env.Now().UTC(),
		Who: t.env.Author.Who, Commit: t.env.Author.Commit, Image: t.release().Image, Artifacts: artifacts,
	}
}

// deployAll records, writes and deploys one stack after the other, the canary first. It stops at the first failure.
func (e *Environment) deployAll(ctx context.Context, steps []*step, o Options) error {
	slices.SortStableFunc(steps, func(a, b *step) int {
		isCanary := func(s *step) int {
			if s.target.stack() == o.Canary {
				return 0
			}
			return 1
		}
		return isCanary(a) - isCanary(b)
	})
	for i, s := range steps {
		if err := e.deploy(ctx, s, o); err != nil {
			var untouched []string
			for _, later := range steps[i+1:] {
				untouched = append(untouched, later.target.stack())
			}
			if len(untouched) > 0 {
				err = fmt.Errorf("%w\nunchanged: %v", err, untouched)
			}
			return err
		}
		s.result.Deployed = true
	}
	return nil
}

// deploy records, writes and deploys one stack. If the deployment fails, the stack gets the config that it had.
func (e *Environment) deploy(ctx context.Context, s *step, o Options) error {
	t, services := s.target, []string{s.target.service}
	undo := t.file.Undo()
	if err := s.record(ctx, o.Message); err != nil {
		return err
	}
	before, known := records.Current(s.records, t.current())
	if err := t.file.Write(); err != nil {
		return exitcode.WithCode(exitcode.Invalid, err)
	}
	failure := e.Deployer.Up(ctx, t.stack(), services)
	if failure == nil || o.Keep || !undo.Changed() {
		return failure
	}
	if err := undo.Write(); err != nil {
		return errors.Join(failure, fmt.Errorf("the config could not be restored: %w", err))
	}
	s.result.Restored = true
	fmt.Fprintf(e.Messages, "%s has the config from before again\n", t.file.Name())
	// An interrupt ended the deployment, but not the restoration.
	ctx = context.WithoutCancel(ctx)
	if known {
		if err := s.recordFailure(ctx, before, failure); err != nil {
			failure = errors.Join(failure, err)
		}
	}
	return e.Deployer.Restore(ctx, t.stack(), services, failure)
}

// recordFailure records that a stack has its former release again.
func (s *step) recordFailure(ctx context.Context, before records.Record, failure error) error {
	log, err := s.target.log(ctx)
	if err != nil {
		return err
	}
	r := s.target.newRecord(before.Artifacts)
	r.RollbackTo, r.Message = before.Original(), "deployment failed: "+failure.Error()
	r, err = log.Append(ctx, len(s.target.records), r)
	s.target.records = append(s.target.records, r)
	return err
}
