package release

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/modelferry/modelferry/cli/internal/ctxio"
	"github.com/modelferry/modelferry/cli/internal/exitcode"
	"github.com/modelferry/modelferry/cli/internal/mlflow"
	"github.com/modelferry/modelferry/cli/internal/pack"
	"github.com/modelferry/modelferry/cli/internal/records"
	"github.com/modelferry/modelferry/cli/objectstore"
	"github.com/modelferry/modelferry/config"
)

// content is a file to upload, with its digest.
type content struct {
	file *os.File
	// name of the object: the last part of its path.
	name         string
	size         int64
	sha256       string
	unpackedSize int64
	// signature is the bundle of the content's signature, or nil.
	signature []byte
	origin    records.Origin
	// temporary is the folder that is removed afterwards, or "".
	temporary string
}

// digestDigits is the number of digits of the digest in the path of an object.
const digestDigits = 12

// open opens the source of an artifact: a file as it is, a folder packed, a model from a registry.
func (e *Environment) open(ctx context.Context, source string) (c *content, err error) {
	c = &content{origin: records.Origin{Kind: records.FromFile, Name: filepath.Base(source)}}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.close())
		}
	}()
	if mlflow.IsReference(source) {
		if c.temporary, err = os.MkdirTemp("", "modelferry-"); err != nil {
			return c, err
		}
		c.origin = records.Origin{Kind: records.FromRegistry, Name: source}
		fmt.Fprintf(e.Messages, "downloading %s\n", source)
		if source, c.origin.Annotations, err = e.Fetch(ctx, source, c.temporary); err != nil {
			return c, err
		}
	}
	info, err := os.Stat(source)
	if err != nil {
		return c, exitcode.WithCode(exitcode.Invalid, err)
	}
	if absolute, absErr := filepath.Abs(source); absErr == nil {
		c.name = filepath.Base(absolute) // of the folder "." as well
	}
	switch {
	case info.IsDir():
		if c.origin.Kind == records.FromFile {
			c.origin = records.Origin{Kind: records.FromFolder, Name: c.name}
		}
		return c, e.pack(ctx, c, source)
	case !info.Mode().IsRegular():
		return c, exitcode.WithCode(exitcode.Invalid, fmt.Errorf("%s: must be a file or a folder", source))
	case info.Size() == 0:
		return c, exitcode.WithCode(exitcode.Invalid, fmt.Errorf("%s: must not be empty", source))
	}
	if c.file, err = os.Open(source); err != nil {
		return c, exitcode.WithCode(exitcode.Invalid, err)
	}
	c.sha256, c.size, err = digest(ctx, c.file)
	return c, err
}

// pack packs a folder into a temporary file.
func (e *Environment) pack(ctx context.Context, c *content, dir string) (err error) {
	if c.temporary == "" {
		if c.temporary, err = os.MkdirTemp("", "modelferry-"); err != nil {
			return err
		}
	}
	c.name += pack.Suffix
	if c.file, err = os.Create(filepath.Join(c.temporary, ".archive"+pack.Suffix)); err != nil {
		return err
	}
	fmt.Fprintf(e.Messages, "packing %s\n", dir)
	archive, err := e.Pack(ctx, dir, c.file)
	if err != nil {
		if errors.Is(err, pack.ErrUnsupported) {
			err = exitcode.WithCode(exitcode.Invalid, err)
		}
		return err
	}
	c.sha256, c.size, c.unpackedSize = archive.SHA256, archive.Size, archive.UnpackedSize
	return nil
}

// digest reads a whole file.
func digest(ctx context.Context, r io.Reader) (hexDigest string, size int64, err error) {
	sum := sha256.New()
	if size, err = io.Copy(sum, ctxio.NewReader(ctx, r)); err != nil {
		return "", 0, err
	}
	return hex.EncodeToString(sum.Sum(nil)), size, nil
}

// close closes the file, and removes it if it is temporary.
func (c *content) close() error {
	var errs []error
	if c.file != nil {
		errs = append(errs, c.file.Close())
	}
	if c.temporary != "" {
		errs = append(errs, os.RemoveAll(c.temporary))
	}
	return errors.Join(errs...)
}

// artifact returns the version of an artifact that the content becomes. Its path has the digest, so that no version
// replaces another one.
func (c *content) artifact(ctx context.Context, t *target, name string, definition config.Artifact) (records.Artifact, error) {
	a := records.Artifact{
		Bucket: definition.Bucket, SHA256: c.sha256, Size: c.size, Origin: &c.origin,
		Path: path.Join(t.config.Services[t.service].Prefix, c.sha256[:digestDigits], c.name),
	}
	if c.signature != nil {
		a.Signature = signaturePath(a.Path, c.signature)
	}
	resolved := config.ResolveArtifact(name, definition, config.ArtifactRelease{Path: a.Path, Size: bytesText(a.Size)})
	if !resolved.Unpacked || t.usesCSI() {
		return a, nil
	}
	if c.unpackedSize == 0 {
		var err error
		if c.unpackedSize, err = unpackedSize(ctxio.NewReader(ctx, io.NewSectionReader(c.file, 0, c.size)), c.name); err != nil {
			return a, exitcode.WithCode(exitcode.Invalid, fmt.Errorf("%s: must be a tar archive: %w", c.name, err))
		}
	}
	a.UnpackedSize = c.unpackedSize
	return a, nil
}

// object returns the content for an upload.
func (c *content) object() objectstore.Content {
	return objectstore.Content{File: c.file, Size: c.size, SHA256: c.sha256}
}
