package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/modelferry/modelferry/fetcher/archive"
	"github.com/modelferry/modelferry/fetcher/publish"
	"github.com/modelferry/modelferry/fetcher/request"
	"github.com/modelferry/modelferry/fetcher/source"
	"github.com/modelferry/modelferry/fetcher/transfer"
)

// longestPart bounds a file's ranges: what a broken connection leaves to be
// asked for again is small all the same, but a slow one holds up more.
const longestPart = 64 << 20

// stage brings one artifact into its staging folder and verifies it.
func (r *run) stage(ctx context.Context, index int, object source.Object, buffers *transfer.Buffers) (*publish.Staged, error) {
	a := r.req.Artifacts[index]
	root, err := r.folder.Stage(index)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	staged := &publish.Staged{Record: publish.Record{
		Dest: a.Dest, Source: r.req.URL(a), Bytes: object.Size, Version: object.Version, Extracted: a.Extract,
	}}
	if a.Extract {
		err = r.unpack(ctx, staged, a, object, root, buffers)
	} else {
		err = r.copy(ctx, staged, a, object, root)
	}
	if err != nil {
		return nil, err
	}
	return staged, nil
}

func (r *run) copy(ctx context.Context, staged *publish.Staged, a request.Artifact, object source.Object, root *os.Root) error {
	file, err := publish.Create(root, a.Dest)
	if err != nil {
		return err
	}
	digest, err := transfer.File(ctx, r.source, object, file, transfer.Cut{
		Part: filePart(object.Size, r.req), Parallel: r.req.Parallel, SHA256: hashed(a, object),
	})
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	return verified(staged, a, object, digest)
}

func (r *run) unpack(ctx context.Context, staged *publish.Staged, a request.Artifact, object source.Object, root *os.Root, buffers *transfer.Buffers) error {
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
	return verified(staged, a, object, stream.Digest())
}

// filePart is the length of a file's ranges: longer for a large one, as each
// costs a round trip and memory does not grow with it. A quarter of what a
// connection brings is still little to wait for at the end.
func filePart(size int64, req request.Request) int64 {
	return max(req.PartSize, min(size/int64(4*req.Parallel), longestPart))
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
