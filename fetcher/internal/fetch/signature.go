package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/modelferry/modelferry/fetcher/archive"
	"github.com/modelferry/modelferry/fetcher/internal/crc"
	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/inflate"
	"github.com/modelferry/modelferry/fetcher/internal/publish"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/request"
	"github.com/modelferry/modelferry/fetcher/signature"
	"github.com/modelferry/modelferry/fetcher/signature/keyless"
)

// levelNone is the level of an artifact for which no signature is required.
const levelNone = "none"

// verifySignatures downloads and verifies the signatures of the artifacts that are not staged yet, before the artifacts
// are downloaded. The artifacts are compared with the manifests while they are.
func (r *run) verifySignatures(ctx context.Context) error {
	errs := make([]error, len(r.req.Artifacts))
	var group errgroup.Group
	group.SetLimit(maxArtifacts)
	for i, a := range r.req.Artifacts {
		if a.Signature == nil || r.staged[i] != nil || r.manifests[i] != nil {
			continue
		}
		group.Go(func() error {
			manifest, err := r.verifySignature(ctx, a)
			if err != nil {
				errs[i] = fmt.Errorf("%s: signature: %w", source.Quote(a.Dest), err)
			}
			r.manifests[i] = manifest
			return nil
		})
	}
	_ = group.Wait() // the errors are in errs
	return joinErrors(errs)
}

func (r *run) verifySignature(ctx context.Context, a request.Artifact) (*signature.Manifest, error) {
	verifier, err := keyless.NewVerifier(a.Signature.Signer)
	if err != nil {
		return nil, fetcherr.New(fetcherr.InvalidConfig, "signer: %w", err)
	}
	object, err := r.source.Stat(ctx, source.Ref{Bucket: a.Bucket, Key: a.Signature.Path})
	if err != nil {
		return nil, err
	}
	if object.Size == 0 || object.Size > signature.MaxBytes {
		return nil, untrusted(r.source.URL(object.Ref),
			fmt.Errorf("has %d bytes, a signature bundle has 1 to %d", object.Size, signature.MaxBytes))
	}
	if err := checkEncoding(object, r.source); err != nil {
		return nil, err
	}
	reserved := object.Size
	if object.Encoding != "" {
		reserved = signature.MaxBytes // the decoded size is unknown
	}
	if r.bundles.Acquire(ctx, reserved) != nil {
		return nil, context.Cause(ctx)
	}
	defer r.bundles.Release(reserved)
	text, err := r.readSignature(ctx, object)
	if err != nil {
		return nil, err
	}
	bundle, err := signature.Parse(text)
	var manifest *signature.Manifest
	if err == nil {
		manifest, err = verifier.Verify(bundle, time.Now())
	}
	if err != nil {
		return nil, untrusted(r.source.URL(object.Ref), err).
			WithHint("nothing was published; sign the model as the required signer, or correct the signature in the config")
	}
	return manifest, nil
}

// readSignature returns the content of a signature bundle, which is small: it fits into memory. A Content-Encoding is
// undone as for an artifact.
func (r *run) readSignature(ctx context.Context, object source.Object) ([]byte, error) {
	text, err := r.readObject(ctx, object)
	if errors.Is(err, source.ErrRangesIgnored) { // the connection broke, and the rest cannot be requested
		object.Sequential = true
		text, err = r.readObject(ctx, object)
	}
	if err != nil {
		return nil, err
	}
	stored := object.Checksum
	if got := stored.Algorithm.Update(0, text); stored.Known() && got != stored.Value {
		return nil, fetcherr.New(fetcherr.Corrupted, "%s was corrupted in transit: received %s, the store reports %s",
			r.source.URL(object.Ref), crc.Checksum{Algorithm: stored.Algorithm, Value: got}, stored)
	}
	if object.Encoding == "" || !isGzip(text) {
		return text, nil
	}
	if text, err = decodeBundle(text); err != nil {
		return nil, untrusted(r.source.URL(object.Ref), fmt.Errorf("the gzip encoding: %w", err))
	}
	return text, nil
}

// readObject returns the content of an object as it is stored.
func (r *run) readObject(ctx context.Context, object source.Object) ([]byte, error) {
	body, err := r.source.Read(ctx, object, 0, object.Size)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	content := make([]byte, object.Size)
	_, err = io.ReadFull(body, content)
	return content, err
}

// decodeBundle decompresses a bundle. signature.Parse refuses one that is longer than its limit.
func decodeBundle(packed []byte) ([]byte, error) {
	reader, err := inflate.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	return io.ReadAll(io.LimitReader(reader, signature.MaxBytes+1))
}

func untrusted(url string, err error) *fetcherr.Error {
	return fetcherr.New(fetcherr.Untrusted, "%s: %w", url, err)
}

// newHash returns the hash of an artifact's content for its manifest, or nil without a signature.
func (r *run) newHash(index int) *signature.Hash {
	if manifest := r.manifests[index]; manifest != nil {
		return manifest.NewHash()
	}
	return nil
}

// shardHash returns the hash if the manifest has digests of parts. Otherwise the SHA-256 that the transfer computes is
// enough.
func shardHash(manifest *signature.Manifest, hash *signature.Hash) io.Writer {
	if manifest == nil || manifest.IsWhole() {
		return nil
	}
	return hash
}

// newFileHash returns what creates the hashes of an archive's files, or nil without a signature.
func (r *run) newFileHash(index int) func() io.Writer {
	manifest := r.manifests[index]
	if manifest == nil {
		return nil
	}
	return func() io.Writer { return manifest.NewHash() }
}

// verifySignedFile compares a file with its signature. sha256 is that of the content, or "" if only the hash knows it.
func (r *run) verifySignedFile(staged *publish.StagedArtifact, index int, hash *signature.Hash, sha256 string) error {
	manifest := r.manifests[index]
	if manifest == nil {
		return nil
	}
	digests := signature.Digests{Bytes: staged.Bytes, SHA256: sha256}
	if sha256 == "" || !manifest.IsWhole() {
		digests = hash.Digests()
	}
	if err := manifest.VerifyFile(digests); err != nil {
		return r.notAsSigned(staged, err)
	}
	r.recordSignature(staged, index)
	return nil
}

// verifySignedArchive compares an archive with its signature, which may be one of the archive itself or of its content.
// Files that the signature says to ignore are not signed: they are not published. objects are the SHA-256 of the
// archive: as stored, and decoded if it has a Content-Encoding.
func (r *run) verifySignedArchive(staged *publish.StagedArtifact, index int, objects ...string) error {
	manifest := r.manifests[index]
	if manifest == nil {
		return nil
	}
	isSigned := func(sha256 string) bool { return manifest.VerifyFile(signature.Digests{SHA256: sha256}) == nil }
	if manifest.IsFile() && slices.ContainsFunc(objects, isSigned) {
		r.recordSignature(staged, index)
		return nil
	}
	ignored, err := manifest.VerifyFiles(signedFiles(staged.Record), path.Base(r.req.Artifacts[index].Signature.Path))
	if err != nil {
		return r.notAsSigned(staged, err)
	}
	if len(ignored) > 0 {
		isIgnored := func(name string) bool { _, found := slices.BinarySearch(ignored, name); return found }
		slices.Sort(ignored)
		staged.Files = slices.DeleteFunc(staged.Files, func(file archive.File) bool { return isIgnored(file.Path) })
		staged.Folders = slices.DeleteFunc(staged.Folders, isIgnored)
		r.log.Warn("paths that the signature says to ignore are not published", "dest", staged.Dest, "paths", ignored)
	}
	r.recordSignature(staged, index)
	return nil
}

// checkSigned fails if an artifact was staged without the signature that is required. It is the last check before the
// publication, for a way to stage an artifact that forgets the comparison with its signature.
func (r *run) checkSigned(index int) error {
	staged, required := r.staged[index], r.req.Artifacts[index].Signature.SignedBy()
	if required == "" || staged.SignedBy == required {
		return nil
	}
	return fmt.Errorf("%s: %w", source.Quote(staged.Dest),
		r.notAsSigned(staged, errors.New("was downloaded, and not compared with its signature")))
}

func (r *run) notAsSigned(staged *publish.StagedArtifact, err error) error {
	return untrusted(staged.Source, err).WithHint("nothing was published; the object is not what was signed: publish it again, or sign it")
}

func (r *run) recordSignature(staged *publish.StagedArtifact, index int) {
	required := r.req.Artifacts[index].Signature
	staged.Signature, staged.SignedBy = required.Level(), required.SignedBy()
}

// signedFiles returns the files and folders of an extracted archive, to compare with a manifest.
func signedFiles(record publish.Record) []signature.File {
	var signed []signature.File
	for _, file := range record.Files {
		hash, hasContent := file.Hash.(*signature.Hash)
		one := signature.File{Path: file.Path, IsLink: file.Link != "", Through: file.Through}
		if hasContent {
			one.Digests = hash.Digests()
		} else {
			one.IsFolder = one.IsLink
		}
		signed = append(signed, one)
	}
	for _, name := range record.Folders {
		signed = append(signed, signature.File{Path: name, IsFolder: true})
	}
	return signed
}
