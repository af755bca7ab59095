package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/modelferry/modelferry/fetcher/archive"
	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/publish"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/internal/transfer"
	"github.com/modelferry/modelferry/fetcher/request"
)

// stage brings one artifact into its staging folder and verifies it. What
// cannot come right by going on is removed: the next try begins anew.
func (r *run) stage(ctx context.Context, index int, object source.Object, buffers *transfer.Buffers) (*publish.Staged, error) {
	a := r.req.Artifacts[index]
	if whole := r.leftovers[index].archive; whole != nil {
		return whole, nil
	}
	root, err := r.staging(index)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	staged := &publish.Staged{Record: publish.Record{
		Dest: a.Dest, Source: r.req.URL(a), Bytes: object.Size, Version: object.Version, Extracted: a.Extract,
	}}
	if a.Extract {
		err = r.unpack(ctx, staged, index, object, root, buffers)
	} else {
		err = r.copy(ctx, staged, index, object, root)
	}
	if err != nil && !resumable(disk(err)) {
		err = errors.Join(err, r.folder.Clear(index))
	}
	if err != nil {
		return nil, err
	}
	return staged, nil
}

// resumable says whether a later run may go on where this one ended.
func resumable(err error) bool {
	kind := fetcherr.KindOf(err)
	return kind == fetcherr.Transient || kind == fetcherr.Interrupted
}

func (r *run) copy(ctx context.Context, staged *publish.Staged, index int, object source.Object, root *os.Root) error {
	a, have := r.req.Artifacts[index], r.leftovers[index].stretches
	file, err := publish.File(root, a.Dest)
	if err != nil {
		return err
	}
	defer file.Close()
	notes, err := r.journal(index, object, have)
	if err != nil {
		return err
	}
	defer notes.Close()
	digest, err := transfer.File(ctx, r.source, object, file, transfer.Cut{
		Parallel: r.req.Parallel, Least: r.req.PartSize, SHA256: hashed(a, object), Have: have, Note: notes.Note,
	})
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	return verified(staged, a, object, digest)
}

func (r *run) unpack(ctx context.Context, staged *publish.Staged, index int, object source.Object, root *os.Root, buffers *transfer.Buffers) error {
	a := r.req.Artifacts[index]
	stream := transfer.NewStream(ctx, r.source, object, buffers, hashed(a, object))
	defer stream.Close()
	content, err := archive.Extract(ctx, stream, root, archive.Limits{Free: r.folder.Free})
	if errors.Is(err, archive.ErrDamaged) {
		// Are these the bytes that are stored and that were released, and is
		// the archive itself bad? Only digests of the whole tell.
		if _, rest := io.Copy(io.Discard, stream); rest != nil {
			return rest
		}
		if _, other := verify(staged.Source, a, object, stream.Digest()); other != nil {
			return other
		}
	}
	if err != nil && stream.Err() == nil {
		err = fmt.Errorf("%s: %w", staged.Source, err) // the source's own errors name it
	}
	if err != nil {
		return err
	}
	staged.Files, staged.Folders = content.Files, content.Folders
	if err := verified(staged, a, object, stream.Digest()); err != nil {
		return err
	}
	notes, err := r.journal(index, object, nil)
	if err != nil {
		return err
	}
	notes.Archive(*staged)
	return notes.Close()
}

// verified fills in what the bytes came to.
func verified(staged *publish.Staged, a request.Artifact, object source.Object, digest transfer.Digest) (err error) {
	staged.SHA256 = digest.SHA256
	if object.Checksum.Known() {
		staged.Checksum = object.Checksum.String()
	}
	staged.Verified, err = verify(staged.Source, a, object, digest)
	return err
}
