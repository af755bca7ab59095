package fetch

import (
	"context"
	"os"

	"github.com/modelferry/modelferry/fetcher/internal/journal"
	"github.com/modelferry/modelferry/fetcher/internal/publish"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/internal/transfer"
)

// leftover is what an earlier run left of an artifact, verified again.
type leftover struct {
	stretches []transfer.Stretch
	archive   *publish.Staged
	// bytes of the object need not be fetched again.
	bytes int64
}

// recall looks for what a run that was cut off has staged of the objects, and
// removes what is of no use. It returns the bytes that need not come again.
func (r *run) recall(ctx context.Context, objects []source.Object) (int64, error) {
	var bytes int64
	kept := map[int]bool{}
	for i, object := range objects {
		if r.staged[i] != nil {
			kept[i] = true
			continue
		}
		left, err := r.leftover(ctx, i, object)
		if err != nil {
			return 0, err
		}
		r.leftovers[i] = left
		if left.bytes > 0 {
			kept[i] = true
			bytes += left.bytes
			r.log.Info("an earlier run left a part", "dest", r.req.Artifacts[i].Dest, "bytes", left.bytes, "of", object.Size)
		}
	}
	return bytes, r.folder.Prune(kept)
}

func (r *run) leftover(ctx context.Context, index int, object source.Object) (leftover, error) {
	staging, err := r.folder.Staging()
	if err != nil {
		return leftover{}, err
	}
	defer staging.Close()
	content, err := journal.Read(staging, publish.JournalName(index), object)
	if err != nil {
		return leftover{}, err
	}
	a := r.req.Artifacts[index]
	if a.Extract {
		return r.unpacked(ctx, index, content, object)
	}
	if len(content.Stretches) == 0 {
		return leftover{}, nil
	}
	stage, err := r.folder.Stage(index, false)
	if err != nil {
		return leftover{}, err
	}
	defer stage.Close()
	file, err := publish.File(stage, a.Dest)
	if err != nil {
		return leftover{}, err
	}
	defer file.Close()
	stretches, err := transfer.Verify(ctx, file, object, content.Stretches)
	left := leftover{stretches: stretches}
	for _, stretch := range stretches {
		left.bytes += stretch.Length
	}
	return left, err
}

// unpacked is an archive that was whole. One that was not is begun anew: its
// bytes are gone, and what they became says little of where they ended.
func (r *run) unpacked(ctx context.Context, index int, content journal.Content, object source.Object) (leftover, error) {
	a, staged := r.req.Artifacts[index], content.Archive
	if staged == nil || staged.Dest != a.Dest || a.SHA256 != "" && staged.SHA256 != a.SHA256 {
		return leftover{}, nil
	}
	intact, err := r.folder.Staged(ctx, index, staged.Files)
	if err != nil || !intact {
		return leftover{}, err
	}
	return leftover{archive: staged, bytes: object.Size}, nil
}

// journal begins the artifact's journal, for an object that is longer than a
// range: a shorter one comes again as fast as it is looked up.
func (r *run) journal(index int, object source.Object, have []transfer.Stretch) (*journal.Journal, error) {
	if object.Size <= r.req.PartSize {
		return &journal.Journal{}, nil
	}
	staging, err := r.folder.Staging()
	if err != nil {
		return nil, err
	}
	defer staging.Close()
	return journal.Write(staging, publish.JournalName(index), object, have)
}

// staging opens the artifact's folder: that of an earlier run, should it have
// left some of it, or an empty one.
func (r *run) staging(index int) (*os.Root, error) {
	left := r.leftovers[index]
	return r.folder.Stage(index, left.archive == nil && len(left.stretches) == 0)
}
