package release

import (
	"context"
	"slices"

	"github.com/modelferry/modelferry/cli/internal/records"
)

// Entry is a record in the history of a service.
type Entry struct {
	records.Record

	// Current is true if the stack's file has this release.
	Current bool `json:"current"`
}

// History returns the releases of a service on stacks, the newest first.
func (e *Environment) History(ctx context.Context, service string, stacks []string) ([]Entry, error) {
	entries := []Entry{}
	for _, stack := range stacks {
		t, err := e.openTarget(stack, service, "")
		if err != nil {
			return nil, err
		}
		ofStack, err := t.readRecords(ctx)
		if err != nil {
			return nil, err
		}
		current, known := records.Current(ofStack, t.current())
		for _, r := range t.records {
			if r.Stack == stack { // of every backend
				entries = append(entries, Entry{Record: r, Current: known && r.Number == current.Number})
			}
		}
	}
	slices.SortStableFunc(entries, func(a, b Entry) int { return b.Time.Compare(a.Time) })
	return entries, nil
}
