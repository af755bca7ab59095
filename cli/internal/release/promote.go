package release

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
	"github.com/modelferry/modelferry/cli/internal/records"
)

// PromoteRequest copies what one stack has to another one.
type PromoteRequest struct {
	Options

	Service  string
	From, To string
	Backend  string
	// Image of the model server, or "" to keep it.
	Image string
}

// Promote releases on a stack what another stack has. The bytes are compared with the digest of the other stack.
func (e *Environment) Promote(ctx context.Context, r PromoteRequest) (result Result, err error) {
	if r.From == r.To {
		return Result{}, exitcode.WithCode(exitcode.Invalid, errors.New("--from and --to must be two stacks"))
	}
	source, err := e.openTarget(r.From, r.Service, r.Backend)
	if err != nil {
		return Result{}, err
	}
	destination, err := e.openTarget(r.To, r.Service, source.backend)
	if err != nil {
		return Result{}, err
	}
	result = Result{Service: r.Service, DryRun: r.DryRun, Stacks: make([]StackResult, 1)}
	s := &step{target: destination, result: &result.Stacks[0], image: r.Image}
	copies, err := s.planPromotion(ctx, source)
	if err != nil {
		return Result{}, err
	}
	if s.records, err = destination.readRecords(ctx); err != nil {
		return Result{}, err
	}
	released := map[string]ArtifactResult{}
	for _, name := range slices.Sorted(maps.Keys(copies)) {
		item, err := s.copyArtifact(ctx, source, copies[name], s.artifacts[name], r.DryRun)
		if err != nil {
			return Result{}, err
		}
		released[name], s.artifacts[name] = item, item.Artifact
	}
	if err := destination.set(s.artifacts); err != nil {
		return Result{}, err
	}
	*s.result = newStackResult(destination, released)
	if err := destination.validate(); err != nil || r.DryRun {
		return result, err
	}
	return result, e.finish(ctx, []*step{s}, r.Options)
}

// planPromotion edits the file of the step's stack in memory. It returns the artifacts of source that differ.
func (s *step) planPromotion(ctx context.Context, source *target) (copies map[string]records.Artifact, err error) {
	t := s.target
	former, err := source.readRecords(ctx)
	if err != nil {
		return nil, err
	}
	released := source.current()
	if len(released) < len(source.definitions()) {
		return nil, exitcode.WithCode(
			exitcode.NotFound,
			fmt.Errorf("stack %s has no complete release of %s", source.stack(), source.service),
		)
	}
	record, _ := records.Current(former, released)
	s.artifacts, copies = t.current(), map[string]records.Artifact{}
	for name, a := range released {
		if a.SHA256 == "" || strings.HasSuffix(a.Path, "/") {
			return nil, exitcode.WithCode(
				exitcode.Invalid,
				fmt.Errorf("artifact %s of stack %s has no digest: release it with modelferry first",
					name, source.stack()),
			)
		}
		if s.artifacts[name].SHA256 == a.SHA256 {
			continue
		}
		copies[name] = a
		from := a
		a.Path = path.Join(t.config.Services[t.service].Prefix, a.SHA256[:digestDigits], path.Base(a.Path))
		a.Version, a.Origin = "", &records.Origin{Kind: records.FromStack, Name: source.stack()}
		bundle, err := source.readSignature(ctx, from)
		if err != nil {
			return nil, err
		}
		if a.Signature = ""; bundle != nil {
			a.Signature = signaturePath(a.Path, bundle)
		}
		if origin := record.Artifacts[name].Origin; origin != nil {
			a.Origin.Annotations = origin.Annotations
		}
		s.artifacts[name] = a
	}
	return copies, s.edit()
}

// copyArtifact copies an object between the buckets of two stacks, unless the second one has it.
func (s *step) copyArtifact(ctx context.Context, source *target, from, to records.Artifact, dryRun bool) (item ArtifactResult, err error) {
	t := s.target
	store, err := t.store(ctx, to.Bucket)
	if err != nil {
		return item, err
	}
	item = ArtifactResult{Artifact: to, URL: store.URL(to.Path)}
	if !dryRun {
		bundle, err := source.readSignature(ctx, from)
		if err == nil {
			err = t.uploadSignature(ctx, to, bundle)
		}
		if err != nil {
			return item, err
		}
	}
	object, exists, err := t.find(ctx, to)
	if err != nil || exists || dryRun {
		item.Uploaded = err == nil && !exists
		item.Size = max(item.Size, object.Size)
		item.Version = t.pinned(object.Version)
		return item, err
	}
	c, err := source.download(ctx, from)
	defer func() { err = errors.Join(err, c.close()) }()
	if err != nil {
		return item, err
	}
	item.Size = c.size // the size in a stack's file may be rounded
	version, uploaded, err := t.upload(ctx, to, c.object())
	item.Version, item.Uploaded = t.pinned(version), uploaded
	return item, err
}

// pinned returns the version of an object that the stack's file pins. A mounted bucket has the current version only.
func (t *target) pinned(version string) string {
	if t.usesCSI() {
		return ""
	}
	return version
}

// download reads an object into a temporary file and compares its digest.
func (t *target) download(ctx context.Context, a records.Artifact) (c *content, err error) {
	c = &content{name: path.Base(a.Path), sha256: a.SHA256}
	store, err := t.store(ctx, a.Bucket)
	if err != nil {
		return c, err
	}
	if c.temporary, err = os.MkdirTemp("", "modelferry-"); err != nil {
		return c, err
	}
	if c.file, err = os.Create(filepath.Join(c.temporary, "object")); err != nil {
		return c, err
	}
	fmt.Fprintf(t.env.Messages, "downloading %s\n", store.URL(a.Path))
	reader, _, err := store.Open(ctx, a.Path)
	if err != nil {
		return c, err
	}
	defer reader.Close()
	sum, size, err := digest(ctx, io.TeeReader(reader, c.file))
	c.size = size
	if err == nil && sum != a.SHA256 {
		err = fmt.Errorf("%s has the digest %s, but stack %s has %s: nothing was copied", store.URL(a.Path), sum, t.stack(), a.SHA256)
	}
	return c, err
}
