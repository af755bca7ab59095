package records

import (
	"errors"
	"slices"
)

// ErrNoPrevious means that there is no release to go back to.
var ErrNoPrevious = errors.New("there is no release before")

// Of returns the records of a stack and backend.
func Of(all []Record, stack, backend string) []Record {
	return slices.DeleteFunc(slices.Clone(all), func(r Record) bool { return r.Stack != stack || r.Backend != backend })
}

// line is the releases that a rollback can select, the oldest first. A release is added at its end. A rollback removes
// what came after its target, so that a second rollback goes back further.
type line []Record

// lines returns the line after each record of one stack.
func lines(records []Record) []line {
	var history []line
	var current line
	for _, r := range records {
		target := r
		if r.RollbackTo > 0 {
			if i := slices.IndexFunc(records, func(o Record) bool { return o.Number == r.RollbackTo }); i >= 0 {
				target = records[i]
			}
		}
		if i := slices.IndexFunc(current, func(o Record) bool { return o.Number == target.Number }); i >= 0 {
			current = current[:i]
		}
		current = append(slices.Clone(current), target)
		history = append(history, current)
	}
	return history
}

// Previous returns the release before the one that the stack's file has. records are those of one stack. A file that no
// record matches is newer than the records. A file that matches an older state than the last one was not written yet:
// the rollback or release that was interrupted is repeated, and goes no further.
func Previous(records []Record, file map[string]Artifact) (Record, error) {
	history := lines(records)
	if len(history) == 0 {
		return Record{}, ErrNoPrevious
	}
	candidates := history[len(history)-1]
	for _, state := range slices.Backward(history) {
		if state[len(state)-1].Matches(file) {
			candidates = state[:len(state)-1]
			break
		}
	}
	for _, r := range slices.Backward(candidates) {
		if !r.Matches(file) {
			return r, nil
		}
	}
	return Record{}, ErrNoPrevious
}

// Current returns the newest record of one stack that has what its file has.
func Current(records []Record, file map[string]Artifact) (Record, bool) {
	for _, r := range slices.Backward(records) {
		if r.Matches(file) {
			return r, true
		}
	}
	return Record{}, false
}
