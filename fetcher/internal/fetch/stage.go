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

// stageArtifact downloads an artifact to its staging folder and verifies it. After a permanent error the folder is
// removed.
func (r *run) stageArtifact(ctx context.Context, index int, object source.Object,
	buffers *transfer.BufferPool) (*publish.StagedArtifact, error) {
	a := r.req.Artifacts[index]
	if extracted := r.checkpoints[index].archive; extracted != nil {
		return extracted, nil
	}
	root, err := r.openStaging(index)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	staged := &publish.StagedArtifact{Record: publish.Record{
		Dest: a.Dest, Source: r.req.URL(a), Bytes: object.Size, Version: object.Version, Extracted: a.Extract,
	}}
	switch {
	case a.Extract:
		err = r.fetchArchive(ctx, staged, index, object, root, buffers)
	case object.Encoding != "":
		err = r.fetchDecoded(ctx, staged, index, object, root, buffers)
	default:
		err = r.fetchFile(ctx, staged, index, object, root)
	}
	if errors.Is(err, source.ErrRangesIgnored) && !object.Sequential {
		r.log.Warn("the store ignores ranges: downloading the object in one request", "source", staged.Source)
		r.checkpoints[index] = checkpoint{}
		object.Sequential = true
		return r.stageArtifact(ctx, index, object, buffers)
	}
	if err != nil && !resumable(classifyDiskError(err)) {
		err = errors.Join(err, r.folder.RemoveArtifactStaging(index))
	}
	if err != nil {
		return nil, err
	}
	return staged, nil
}

// resumable reports whether a later run may resume from the staging folder.
func resumable(err error) bool {
	kind := fetcherr.KindOf(err)
	return kind == fetcherr.Transient || kind == fetcherr.Interrupted
}

func (r *run) fetchFile(ctx context.Context, staged *publish.StagedArtifact, index int, object source.Object, root *os.Root) error {
	a, segments := r.req.Artifacts[index], r.checkpoints[index].segments
	file, err := publish.OpenStagedFile(root, a.Dest)
	if err != nil {
		return err
	}
	defer file.Close()
	segmentJournal, err := r.journal(index, object, segments)
	if err != nil {
		return err
	}
	defer segmentJournal.Close()
	digest, err := transfer.File(ctx, r.source, object, file, transfer.FileOptions{
		Parallel:  r.req.Parallel,
		MinRange:  r.req.PartSize,
		SHA256:    needsSHA256(a, object),
		Existing:  segments,
		OnSegment: segmentJournal.AddSegment,
	})
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	return recordDigest(staged, a, object, digest)
}

func (r *run) fetchArchive(ctx context.Context, staged *publish.StagedArtifact, index int, object source.Object,
	root *os.Root, buffers *transfer.BufferPool) error {
	a := r.req.Artifacts[index]
	stream := transfer.NewStream(ctx, r.source, object, buffers, needsSHA256(a, object))
	defer stream.Close()
	reader, decoded := io.Reader(stream), (*decoder)(nil)
	if object.Encoding != "" {
		var err error
		if decoded, err = newDecoder(a, object, stream); err != nil {
			return errors.Join(stream.Err(), err)
		}
		reader = decoded
	}
	content, err := archive.Extract(ctx, reader, root, archive.Limits{FreeBytes: r.folder.FreeBytes})
	if decoded != nil && decoded.err != nil {
		return decodeError(staged.Source, a, object, stream, decoded, err)
	}
	if errors.Is(err, archive.ErrCorrupt) {
		// The cause may also be a corrupted download or a wrong object. The digests of the whole object tell them
		// apart.
		if verifyErr := verifyStream(staged, a, object, stream, decoded); verifyErr != nil {
			return verifyErr
		}
	}
	if err != nil && stream.Err() == nil {
		err = fmt.Errorf("%s: %w", staged.Source, err) // errors of the source contain the URL
	}
	if err != nil {
		return err
	}
	staged.Files, staged.Folders = content.Files, content.Folders
	if err := verifyStream(staged, a, object, stream, decoded); err != nil {
		return err
	}
	archiveJournal, err := r.journal(index, object, nil)
	if err != nil {
		return err
	}
	archiveJournal.AddArchive(*staged)
	return archiveJournal.Close()
}

// recordDigest verifies the digest and records it in staged.
func recordDigest(staged *publish.StagedArtifact, a request.Artifact, object source.Object, digest transfer.Digest) (err error) {
	staged.SHA256 = digest.SHA256
	// A checksum that differs from that of pinned content is one of something else.
	if object.Checksum.Known() && object.Checksum.Value == digest.CRC {
		staged.Checksum = object.Checksum.String()
	}
	staged.Verified, err = verifyDigest(staged.Source, a, object, digest)
	return err
}
