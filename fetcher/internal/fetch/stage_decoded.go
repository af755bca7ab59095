package fetch

import (
	"context"
	"errors"
	"hash/crc32"
	"io"
	"path"

	"github.com/modelferry/modelferry/fetcher/archive"
	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/publish"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/internal/transfer"
	"github.com/modelferry/modelferry/fetcher/request"
)

// fetchDecoded downloads an object with a Content-Encoding to a file, decoding it while it is downloaded. An
// interrupted download starts again, as for an archive, because the stored bytes are not kept.
func (r *run) fetchDecoded(ctx context.Context, staged *publish.StagedArtifact, index int, object source.Object,
	buffers *transfer.BufferPool) error {
	a := r.req.Artifacts[index]
	file, err := r.openStagedFile(index)
	if err != nil {
		return err
	}
	defer file.Close()
	stream := transfer.NewStream(ctx, r.source, object, buffers, r.streamOptions(a, object))
	defer stream.Close()
	content, err := newDecoder(a, object, stream, r.req.Limits.MaxRatio)
	if err != nil {
		return errors.Join(stream.Err(), err)
	}
	defer content.Close()
	if !content.decoded {
		r.log.Warn("the object has a Content-Encoding, but is not encoded: it is published as stored",
			"source", staged.Source, "encoding", object.Encoding)
	}
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	writers, signed := []io.Writer{file, sum}, r.newHash(index)
	if signed != nil {
		writers = append(writers, signed)
	}
	_, err = io.CopyBuffer(io.MultiWriter(writers...), struct{ io.Reader }{content}, make([]byte, 256<<10))
	if err := errors.Join(decodeError(staged.Source, a, object, stream, content, err), file.Close()); err != nil {
		return err
	}
	if content.decoded {
		staged.Decoded = &archive.File{Path: path.Base(a.Dest), Bytes: content.n, CRC32C: sum.Sum32()}
	}
	if err := verifyStream(staged, a, object, stream, content); err != nil {
		return err
	}
	return r.verifySignedFile(staged, index, signed, "")
}

// decodeError returns the error of decoding an object, or nil. Like for an archive, the cause may also be a corrupted
// download, or a wrong object.
func decodeError(url string, a request.Artifact, object source.Object, stream *transfer.Stream, content *decoder, err error) error {
	switch {
	case stream.Err() != nil:
		return stream.Err()
	case err == nil || content.err == nil:
		return err // nil, or the error of the file
	case errors.Is(err, errExpandsTooMuch):
		return content.classify(url)
	}
	if _, err := io.Copy(io.Discard, stream); err != nil {
		return err
	}
	if _, err := verifyDigest(url, a, object, stream.Digest()); err != nil {
		return err
	}
	return content.classify(url)
}

// verifyStream reads the rest of an object, verifies its digest and records it in staged. content is nil for an object
// without a Content-Encoding. Otherwise the pinned digest may be that of the stored or of the decoded content.
func verifyStream(staged *publish.StagedArtifact, a request.Artifact, object source.Object, stream *transfer.Stream,
	content *decoder) error {
	if content != nil {
		if _, err := io.Copy(io.Discard, content); err != nil {
			return decodeError(staged.Source, a, object, stream, content, err)
		}
	}
	if _, err := io.Copy(io.Discard, stream); err != nil {
		return err
	}
	if content == nil {
		return recordDigest(staged, a, object, stream.Digest())
	}
	if err := checkDecodedSize(staged.Source, a, object, content.n); err != nil {
		return err
	}
	if !content.decoded {
		return recordDigest(staged, a, object, stream.Digest())
	}
	staged.Encoding = object.Encoding
	if decoded := content.sha256(); a.SHA256 != "" && a.SHA256 == decoded {
		staged.SHA256, staged.Verified, staged.DigestOf = decoded, verifiedBySHA256, digestOfDecoded
		return nil
	}
	err := recordDigest(staged, a, object, stream.Digest())
	if err != nil && fetcherr.KindOf(err) == fetcherr.Integrity {
		return fetcherr.New(fetcherr.Integrity, "%s has SHA-256 %s as stored and %s decoded, not the pinned %s",
			staged.Source, staged.SHA256, content.sha256(), a.SHA256).
			WithHint("the object is not the released one: publish it again or correct the digest")
	}
	if a.SHA256 != "" {
		staged.DigestOf = digestOfStored
	}
	return err
}
