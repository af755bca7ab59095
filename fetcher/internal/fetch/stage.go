package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"

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
	staged := &publish.StagedArtifact{Record: publish.Record{
		Dest: a.Dest, Source: r.req.URL(a), Bytes: object.Size, Version: object.Version, Extracted: a.Extract,
	}}
	var err error
	switch {
	case a.Extract:
		err = r.fetchArchive(ctx, staged, index, object, buffers)
	case object.Encoding != "":
		err = r.fetchDecoded(ctx, staged, index, object, buffers)
	default:
		err = r.fetchFile(ctx, staged, index, object)
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
	denied := kind == fetcherr.PermissionDenied || kind == fetcherr.IdentityNotReady
	return kind == fetcherr.Transient || kind == fetcherr.Interrupted || denied
}

func (r *run) fetchFile(ctx context.Context, staged *publish.StagedArtifact, index int, object source.Object) error {
	a, segments := r.req.Artifacts[index], r.checkpoints[index].segments
	file, err := r.openStagedFile(index)
	if err != nil {
		return err
	}
	defer file.Close()
	segmentJournal, err := r.journal(index, object, segments)
	if err != nil {
		return err
	}
	defer segmentJournal.Close()
	signed := r.newHash(index)
	digest, err := transfer.File(ctx, r.source, object, file, transfer.FileOptions{
		Parallel:   r.req.Parallel,
		MinRange:   r.req.PartSize,
		SHA256:     needsSHA256(a, object),
		Hash:       shardHash(r.manifests[index], signed),
		Existing:   segments,
		OnSegment:  segmentJournal.AddSegment,
		Throttling: r.throttling,
	})
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := recordDigest(staged, a, object, digest); err != nil {
		return err
	}
	return r.verifySignedFile(staged, index, signed, digest.SHA256)
}

// fetchArchive extracts an archive. If its zstd window does not fit beside those of others, it waits and begins again:
// meanwhile it holds no buffers.
func (r *run) fetchArchive(ctx context.Context, staged *publish.StagedArtifact, index int, object source.Object,
	buffers *transfer.BufferPool) error {
	memory := &memoryReservation{total: r.windows}
	defer memory.release()
	for {
		err := r.extractArchive(ctx, staged, index, object, buffers, memory)
		if !errors.Is(err, errMemoryInUse) {
			return err
		}
		r.log.Info("waiting for the extraction of another archive, which needs the memory", "dest", staged.Dest, "bytes", memory.wants)
		if err := memory.wait(ctx); err != nil {
			return err
		}
	}
}

func (r *run) extractArchive(ctx context.Context, staged *publish.StagedArtifact, index int, object source.Object,
	buffers *transfer.BufferPool, memory *memoryReservation) error {
	a := r.req.Artifacts[index]
	root, err := r.openStaging(index)
	if err != nil {
		return err
	}
	defer root.Close()
	stream := transfer.NewStream(ctx, r.source, object, buffers, r.streamOptions(a, object))
	defer stream.Close()
	reader, decoded := io.Reader(stream), (*decoder)(nil)
	if object.Encoding != "" {
		if decoded, err = newDecoder(a, object, stream, r.req.Limits.MaxRatio); err != nil {
			return errors.Join(stream.Err(), err)
		}
		defer decoded.Close()
		reader = decoded
	}
	limits := r.req.Limits
	content, err := archive.Extract(ctx, reader, root, archive.Limits{
		MaxEntries: limits.MaxEntries, MaxBytes: limits.MaxBytes, MaxRatio: limits.MaxRatio, MaxWindow: limits.MaxWindow,
		ObjectBytes: object.Size, ReserveMemory: memory.grow, FreeBytes: r.folder.FreeBytes,
		NewHash: r.newFileHash(index),
	})
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
	digests := []string{stream.Digest().SHA256}
	if decoded != nil {
		digests = append(digests, decoded.sha256())
	}
	if err := r.verifySignedArchive(staged, index, digests...); err != nil {
		return err
	}
	archiveJournal, err := r.journal(index, object, nil)
	if err != nil {
		return err
	}
	archiveJournal.AddArchive(*staged)
	return archiveJournal.Close()
}

func (r *run) streamOptions(a request.Artifact, object source.Object) transfer.StreamOptions {
	return transfer.StreamOptions{SHA256: needsSHA256(a, object), Throttled: r.throttling.Throttled}
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
