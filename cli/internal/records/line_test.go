package records

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func content(digest string) map[string]Artifact {
	return map[string]Artifact{"model": {Path: "p/" + digest, SHA256: digest}}
}

// history returns records: a letter releases that content, a number rolls back to that record.
func history(steps ...any) []Record {
	var records []Record
	for i, step := range steps {
		r := Record{Number: i + 1, Stack: "gke"}
		switch step := step.(type) {
		case string:
			r.Artifacts = content(step)
		case int:
			r.Artifacts, r.RollbackTo = records[step-1].Artifacts, step
		}
		records = append(records, r)
	}
	return records
}

func TestPrevious(t *testing.T) {
	for _, c := range []struct {
		name    string
		records []Record
		file    string
		want    int
	}{
		{"the release before", history("a", "b", "c"), "c", 2},
		{"a second rollback walks back", history("a", "b", "c", 2), "b", 1},
		{"nothing before the first one", history("a", "b", 1), "a", 0},
		{"no record", nil, "a", 0},
		{"one record", history("a"), "a", 0},
		{"after a rollback and a new release, not the bad release", history("a", "b", 1, "c"), "c", 1},
		{"forward with --to, then back", history("a", "b", 1, 2), "b", 1},
		{"the file has what no record has: the last release", history("a", "b"), "x", 2},
		{"the file has what no record has, after a rollback", history("a", "b", 1), "x", 1},
		{"a killed rollback is repeated", history("a", "b", "c", 2), "c", 2},
		{"a killed second rollback is repeated", history("a", "b", "c", 2, 1), "b", 1},
		{"a killed release", history("a", "b"), "a", 0},
		{"the same content again", history("a", "b", "a"), "a", 2},
		{"the same content twice in a row", history("a", "b", "b"), "b", 1},
		{"digests in capitals", history("ab", "b"), "B", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := content(c.file)
			if c.name == "digests in capitals" {
				file, c.want = map[string]Artifact{"model": {Path: "p/b", SHA256: "B"}}, 1
			}
			got, err := Previous(c.records, file)
			if c.want == 0 {
				require.ErrorIs(t, err, ErrNoPrevious)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, got.Number)
		})
	}
}

func TestOf(t *testing.T) {
	records := []Record{{Number: 1, Stack: "gke"}, {Number: 2, Stack: "eks"}, {Number: 3, Stack: "gke", Backend: "finbert"}}
	require.Equal(t, []Record{{Number: 1, Stack: "gke"}}, Of(records, "gke", ""))
	require.Len(t, records, 3)
	require.Equal(t, 3, Of(records, "gke", "finbert")[0].Number)
}

func TestCurrent(t *testing.T) {
	r, ok := Current(history("a", "b", 1), content("a"))
	require.True(t, ok)
	require.Equal(t, 3, r.Number)
	_, ok = Current(history("a"), content("b"))
	require.False(t, ok)
}
