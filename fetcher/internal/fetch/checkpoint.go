package fetch

import (
	"context"
	"os"

	"github.com/modelferry/modelferry/fetcher/internal/journal"
	"github.com/modelferry/modelferry/fetcher/internal/publish"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/internal/transfer"
)

// checkpoint is the data of an artifact that an earlier run downloaded. It was verified again.
type checkpoint struct {
	segments []transfer.Segment
	archive  *publish.StagedArtifact
	// bytes is the number of the object's bytes that need not be downloaded again.
	bytes int64
}

// loadCheckpoints looks for data of an interrupted run and removes what cannot be used. It returns the number of bytes
// that need not be downloaded again.
func (r *run) loadCheckpoints(ctx context.Context, objects []source.Object) (int64, error) {
	var bytes int64
	keep := map[int]bool{}
	for i, object := range objects {
		if r.staged[i] != nil {
			keep[i] = true
			continue
		}
		saved, err := r.loadCheckpoint(ctx, i, object)
		if err != nil {
			return 0, err
		}
		r.checkpoints[i] = saved
		if saved.bytes > 0 {
			r.opening.Discard(object.Ref) // it would begin at the start
			keep[i] = true
			bytes += saved.bytes
			r.log.Info("resuming an earlier download", "dest", r.req.Artifacts[i].Dest, "bytes", saved.bytes, "of", object.Size)
		}
	}
	return bytes, r.folder.PruneStaging(keep)
}

func (r *run) loadCheckpoint(ctx context.Context, index int, object source.Object) (checkpoint, error) {
	staging, err := r.folder.OpenStaging()
	if err != nil {
		return checkpoint{}, err
	}
	defer staging.Close()
	content, err := journal.Read(staging, publish.JournalName(index), object)
	if err != nil {
		return checkpoint{}, err
	}
	a := r.req.Artifacts[index]
	if a.Extract {
		return r.loadArchiveCheckpoint(ctx, index, content, object)
	}
	if len(content.Segments) == 0 {
		return checkpoint{}, nil
	}
	root, err := r.folder.OpenArtifactStaging(index, false)
	if err != nil {
		return checkpoint{}, err
	}
	defer root.Close()
	file, err := publish.OpenStagedFile(root, a.Dest)
	if err != nil {
		return checkpoint{}, err
	}
	defer file.Close()
	segments, err := transfer.VerifySegments(ctx, file, object, content.Segments)
	saved := checkpoint{segments: segments}
	for _, segment := range segments {
		saved.bytes += segment.Length
	}
	return saved, err
}

// loadArchiveCheckpoint returns an archive that was extracted completely. A partially extracted archive is downloaded
// again, because its compressed bytes are not stored.
func (r *run) loadArchiveCheckpoint(ctx context.Context, index int, content journal.Content, object source.Object) (checkpoint, error) {
	a, staged := r.req.Artifacts[index], content.Archive
	if staged == nil || staged.Dest != a.Dest || a.SHA256 != "" && staged.SHA256 != a.SHA256 ||
		a.Signature != nil && staged.SignedBy != a.Signature.SignedBy() {
		return checkpoint{}, nil
	}
	intact, err := r.folder.IsStaged(ctx, index, staged.Files)
	if err != nil || !intact {
		return checkpoint{}, err
	}
	return checkpoint{archive: staged, bytes: object.Size}, nil
}

// journal starts the artifact's journal if the object is longer than one range. A shorter object is downloaded again.
func (r *run) journal(index int, object source.Object, segments []transfer.Segment) (*journal.Journal, error) {
	if object.Size <= r.req.PartSize {
		return &journal.Journal{}, nil
	}
	staging, err := r.folder.OpenStaging()
	if err != nil {
		return nil, err
	}
	defer staging.Close()
	return journal.Create(staging, publish.JournalName(index), object, segments)
}

// openStaging opens the artifact's staging folder: with an earlier run's data if there is a checkpoint, otherwise
// empty.
func (r *run) openStaging(index int) (*os.Root, error) {
	saved := r.checkpoints[index]
	return r.folder.OpenArtifactStaging(index, saved.archive == nil && len(saved.segments) == 0)
}

// openStagedFile opens the file that an artifact is downloaded to.
func (r *run) openStagedFile(index int) (*os.File, error) {
	root, err := r.openStaging(index)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return publish.OpenStagedFile(root, r.req.Artifacts[index].Dest)
}
