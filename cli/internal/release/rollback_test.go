package release

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
	"github.com/modelferry/modelferry/cli/internal/records"
	"github.com/modelferry/modelferry/cli/objectstore"
)

func (f *fixture) rollback(t *testing.T, to, stack string) error {
	t.Helper()
	_, err := f.env.Rollback(t.Context(), RollbackRequest{Service: "bankchurn", Stacks: []string{stack}, To: to})
	return err
}

func TestRollback_walksBack(t *testing.T) {
	for stack := range clouds {
		t.Run(stack, func(t *testing.T) {
			f := newFixture(t, stack)
			for _, content := range []string{"model 1", "model 2", "model 3"} {
				f.release(t, content, stack)
			}
			received := len(f.objects(t, stack))
			require.NoError(t, f.rollback(t, "", stack))
			require.True(t, f.pinned(t, stack, "model 2"))
			require.NoError(t, f.rollback(t, "", stack))
			require.True(t, f.pinned(t, stack, "model 1"), "it does not toggle")
			err := f.rollback(t, "", stack)
			require.ErrorIs(t, err, records.ErrNoPrevious)
			require.Equal(t, exitcode.NotFound, exitcode.Of(t.Context(), err))
			require.ErrorContains(t, err, "see modelferry history bankchurn")

			list := f.records(t, stack)
			require.Len(t, list, 5)
			require.Equal(t, []int{2, 1}, []int{list[3].RollbackTo, list[4].RollbackTo})
			require.Len(t, f.objects(t, stack), received+2, "two records, no upload")

			require.NoError(t, f.rollback(t, "3", stack))
			require.True(t, f.pinned(t, stack, "model 3"))
			require.NoError(t, f.rollback(t, digestOf("model 2")[:12], stack))
			require.True(t, f.pinned(t, stack, "model 2"))
			require.ErrorContains(t, f.rollback(t, "9", stack), "there is no release 9")
			require.ErrorContains(t, f.rollback(t, "abcdef012345", stack), "there is no release with the digest abcdef012345")
		})
	}
}

// A revert of a commit brings a former release back without a record. It is recorded with the next release, and a
// rollback returns to it.
func TestRollback_toRevertedFile(t *testing.T) {
	f := newFixture(t, "gke")
	f.release(t, "model 1", "gke")
	reverted := f.stackFile(t, "gke")
	f.release(t, "model 2", "gke")
	f.write(t, "Pulumi.gke.yaml", reverted)
	f.release(t, "model 3", "gke")
	list := f.records(t, "gke")
	require.Len(t, list, 4)
	require.Equal(t, "found in Pulumi.gke.yaml", list[2].Message)
	require.Equal(t, 1, list[2].RollbackTo)
	require.NoError(t, f.rollback(t, "", "gke"))
	require.True(t, f.pinned(t, "gke", "model 1"), "not model 2, which did not run before")
}

// The object of the former release was deleted: the config stays.
func TestRollback_missingObject(t *testing.T) {
	f := newFixture(t, "gke")
	f.release(t, "model 1", "gke")
	f.release(t, "model 2", "gke")
	before := f.stackFile(t, "gke")
	f.delete(t, "gke", keyOf("model 1"))
	err := f.rollback(t, "", "gke")
	require.ErrorIs(t, err, objectstore.ErrNotFound)
	require.ErrorContains(t, err, "it was deleted: release it again, or choose another release with --to")
	require.Equal(t, before, f.stackFile(t, "gke"))
	require.Len(t, f.records(t, "gke"), 2)
}

func TestPromote(t *testing.T) {
	f := newFixture(t, "gke", "eks")
	f.release(t, "model 1", "gke")
	for range 2 {
		result, err := f.env.Promote(t.Context(), PromoteRequest{Service: "bankchurn", From: "gke", To: "eks"})
		require.NoError(t, err)
		require.Equal(t, "eks", result.Stacks[0].Stack)
		require.True(t, f.pinned(t, "eks", "model 1"))
		require.Equal(t, "model 1", f.objects(t, "eks")[keyOf("model 1")])
		list := f.records(t, "eks")
		require.Len(t, list, 1)
		require.Equal(t, &records.Origin{Kind: "stack", Name: "gke"}, list[0].Artifacts["model"].Origin)
	}
}

// The bucket has other bytes than the stack's file says.
func TestPromote_refusesOtherBytes(t *testing.T) {
	f := newFixture(t, "gke", "eks")
	f.release(t, "model 1", "gke")
	before := f.stackFile(t, "eks")
	f.overwrite(t, "gke", keyOf("model 1"), "other 1")
	_, err := f.env.Promote(t.Context(), PromoteRequest{Service: "bankchurn", From: "gke", To: "eks"})
	require.ErrorContains(t, err, "has the digest "+digestOf("other 1")+", but stack gke has "+digestOf("model 1"))
	require.Empty(t, f.objects(t, "eks"))
	require.Equal(t, before, f.stackFile(t, "eks"))
}

func TestVerify(t *testing.T) {
	for stack := range clouds {
		t.Run(stack, func(t *testing.T) {
			f := newFixture(t, stack)
			f.release(t, "model 1", stack)
			results, err := f.env.Verify(t.Context(), "bankchurn", "", []string{stack})
			require.NoError(t, err)
			require.Equal(t, []Verification{{
				Stack: stack, Artifact: "model", URL: f.client(t, stack).URL(keyOf("model 1")),
				SHA256: digestOf("model 1"), Expected: digestOf("model 1"), Size: 7, OK: true,
			}}, results)

			f.overwrite(t, stack, keyOf("model 1"), "other 1")
			results, err = f.env.Verify(t.Context(), "bankchurn", "", []string{stack})
			require.ErrorIs(t, err, ErrDiffers)
			require.Equal(t, exitcode.Failed, exitcode.Of(t.Context(), err))
			require.Equal(t, digestOf("other 1"), results[0].SHA256)
			require.False(t, results[0].OK)

			f.overwrite(t, stack, keyOf("model 1"), "model 1")
			_, err = f.env.Verify(t.Context(), "bankchurn", "", []string{stack})
			require.ErrorIs(t, err, ErrDiffers, "another version with the same bytes")

			f.delete(t, stack, keyOf("model 1"))
			_, err = f.env.Verify(t.Context(), "bankchurn", "", []string{stack})
			require.Equal(t, exitcode.NotFound, exitcode.Of(t.Context(), err))
		})
	}
}

func TestHistory(t *testing.T) {
	f := newFixture(t, "gke", "eks")
	f.release(t, "model 1", "gke", "eks")
	f.release(t, "model 2", "gke")
	require.NoError(t, f.rollback(t, "", "gke"))
	entries, err := f.env.History(t.Context(), "bankchurn", []string{"gke", "eks"})
	require.NoError(t, err)
	type row struct {
		stack      string
		number     int
		rollbackTo int
		current    bool
	}
	var rows []row
	for _, e := range entries {
		rows = append(rows, row{e.Stack, e.Number, e.RollbackTo, e.Current})
	}
	require.Equal(t, []row{{"gke", 3, 1, true}, {"gke", 2, 0, false}, {"eks", 1, 0, true}, {"gke", 1, 0, false}}, rows)
}
