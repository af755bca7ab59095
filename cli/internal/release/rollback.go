package release

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
	"github.com/modelferry/modelferry/cli/internal/records"
)

// RollbackRequest selects an earlier release of a service.
type RollbackRequest struct {
	Options

	Service string
	Stacks  []string
	Backend string
	// To is the number of a release, the beginning of a digest of one of its artifacts, or "" for the release before.
	To string
}

// Rollback selects an earlier release on stacks. It uploads nothing, but checks that the objects exist.
func (e *Environment) Rollback(ctx context.Context, r RollbackRequest) (Result, error) {
	steps, err := e.openSteps(r.Stacks, r.Service, r.Backend)
	if err != nil {
		return Result{}, err
	}
	result := Result{Service: r.Service, DryRun: r.DryRun, Stacks: make([]StackResult, len(steps))}
	for i, s := range steps {
		s.result = &result.Stacks[i]
		if err := s.planRollback(ctx, r.To); err != nil {
			return Result{}, err
		}
	}
	if r.DryRun {
		return result, nil
	}
	return result, e.finish(ctx, steps, r.Options)
}

func (s *step) planRollback(ctx context.Context, to string) (err error) {
	t := s.target
	if s.records, err = t.readRecords(ctx); err != nil {
		return err
	}
	former, err := s.formerRelease(to)
	if err != nil {
		return exitcode.WithCode(exitcode.NotFound, fmt.Errorf("%s on stack %s: %w: see modelferry history %s",
			t.service, t.stack(), err, t.service))
	}
	s.rollbackTo, s.artifacts = former.Original(), t.current()
	restored := map[string]records.Artifact{}
	released := map[string]ArtifactResult{}
	for name := range t.definitions() {
		a, ok := former.Artifacts[name]
		if !ok {
			continue // the catalogue has it since then
		}
		store, err := t.store(ctx, a.Bucket)
		if err != nil {
			return err
		}
		restored[name], s.artifacts[name] = a, a
		released[name] = ArtifactResult{Artifact: a, URL: store.URL(a.Path)}
	}
	if err := t.checkObjects(ctx, restored); err != nil {
		return err
	}
	if err := t.set(s.artifacts); err != nil {
		return err
	}
	if image := t.release().Image; former.Image != "" && former.Image != image {
		fmt.Fprintf(t.env.Messages, "stack %s: release %d had the image %s, and the stack keeps %s\n",
			t.stack(), former.Number, former.Image, image)
	}
	*s.result = newStackResult(t, released)
	s.result.RollbackTo = s.rollbackTo
	return t.validate()
}

// formerRelease finds the record to go back to.
func (s *step) formerRelease(to string) (records.Record, error) {
	if to == "" {
		return records.Previous(s.records, s.target.current())
	}
	if number, err := strconv.Atoi(to); err == nil && len(to) <= len("000000") {
		for _, r := range s.records {
			if r.Number == number {
				return r, nil
			}
		}
		return records.Record{}, fmt.Errorf("there is no release %d", number)
	}
	const minDigits = 7
	var found []records.Record
	for _, r := range s.records {
		for _, a := range r.Artifacts {
			if len(to) >= minDigits && r.RollbackTo == 0 && strings.HasPrefix(a.SHA256, strings.ToLower(to)) {
				found = append(found, r)
				break
			}
		}
	}
	if len(found) == 0 {
		return records.Record{}, fmt.Errorf("there is no release with the digest %s", to)
	}
	for _, other := range found[1:] {
		if !other.Matches(found[0].Artifacts) {
			return records.Record{}, errors.New("several releases have the digest " + to + ": choose by number")
		}
	}
	return found[len(found)-1], nil
}
