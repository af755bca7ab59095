package release

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
	"github.com/modelferry/modelferry/cli/internal/sigstore"
)

// Request is a new release of a service.
type Request struct {
	Options

	Service string
	Stacks  []string
	Inputs  []Input
	// Backend that the artifacts belong to. Default: the one that runs.
	Backend string
	// Image of the model server, or "" to keep it.
	Image string
	// SHA256 is the expected digest of the only input, or "".
	SHA256 string
	// SignKey is the file of the private key that signs the artifacts, and Signature the file of a bundle that another
	// tool has made for the only input. SignKeyless signs with the identity of the CI job. At most one of them is set.
	SignKey, Signature string
	SignKeyless        bool
	// Sigstore has the services that SignKeyless uses. Default: those of the trusted root of the first stack.
	Sigstore sigstore.Services
}

var sha256Hex = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)

// Release uploads artifacts and releases them on stacks, all or nothing: the configs are validated before the first
// upload, and written after the last one.
func (e *Environment) Release(ctx context.Context, r Request) (result Result, err error) {
	if r.SHA256 != "" && (len(r.Inputs) != 1 || !sha256Hex.MatchString(r.SHA256)) {
		return Result{}, exitcode.WithCode(exitcode.Invalid,
			errors.New("invalid --sha256: must be the digest of one artifact, 64 hexadecimal digits"))
	}
	steps, err := e.openSteps(r.Stacks, r.Service, r.Backend)
	if err != nil {
		return Result{}, err
	}
	for _, s := range steps {
		for _, input := range r.Inputs {
			if _, err := s.target.definition(input.Artifact); err != nil {
				return Result{}, err
			}
		}
	}
	contents, err := e.openInputs(ctx, r.Inputs, r.SHA256)
	defer func() {
		for _, c := range contents {
			err = errors.Join(err, c.close())
		}
	}()
	if err != nil {
		return Result{}, err
	}
	if err := r.sign(contents); err != nil {
		return Result{}, exitcode.WithCode(exitcode.Invalid, err)
	}
	if err := e.signKeyless(ctx, r, steps, contents); err != nil {
		return Result{}, err
	}
	for _, s := range steps {
		if err := s.plan(ctx, r, contents); err != nil {
			return Result{}, err
		}
	}
	result = Result{Service: r.Service, DryRun: r.DryRun, Stacks: make([]StackResult, len(steps))}
	for i, s := range steps {
		s.result = &result.Stacks[i]
		if s.records, err = s.target.readRecords(ctx); err != nil {
			return Result{}, err
		}
	}
	for _, s := range steps {
		if err := s.uploadAll(ctx, contents, r); err != nil {
			return Result{}, err
		}
	}
	if r.DryRun {
		return result, nil
	}
	return result, e.finish(ctx, steps, r.Options)
}

// openSteps opens the service on each stack.
func (e *Environment) openSteps(stacks []string, service, backend string) ([]*step, error) {
	var steps []*step
	for _, stack := range stacks {
		t, err := e.openTarget(stack, service, backend)
		if err != nil {
			return nil, err
		}
		steps = append(steps, &step{target: t})
	}
	return steps, nil
}

// openInputs opens the contents by the names of their artifacts. It returns those that it opened also with an error.
func (e *Environment) openInputs(ctx context.Context, inputs []Input, expected string) (map[string]*content, error) {
	contents := map[string]*content{}
	for _, input := range inputs {
		c, err := e.open(ctx, input.Source)
		if err != nil {
			return contents, fmt.Errorf("artifact %s: %w", input.Artifact, err)
		}
		contents[input.Artifact] = c
		if expected != "" && !strings.EqualFold(expected, c.sha256) {
			return contents, exitcode.WithCode(exitcode.Invalid,
				fmt.Errorf("%s has the digest %s, expected %s: nothing was uploaded", input.Source, c.sha256, strings.ToLower(expected)))
		}
	}
	return contents, nil
}

// plan edits the stack's file in memory and validates the config.
func (s *step) plan(ctx context.Context, r Request, contents map[string]*content) error {
	t := s.target
	s.artifacts, s.image = t.current(), r.Image
	for _, name := range slices.Sorted(maps.Keys(contents)) {
		definition, err := t.definition(name)
		if err != nil {
			return err
		}
		a, err := contents[name].artifact(ctx, t, name, definition)
		if err != nil {
			return err
		}
		s.artifacts[name] = a
	}
	if err := s.edit(); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(contents)) {
		if err := t.checkSignature(name, contents[name]); err != nil {
			return err
		}
	}
	return nil
}

// edit writes the step's image and artifacts into the stack's file in memory, and validates the config.
func (s *step) edit() error {
	t, backend := s.target, ""
	if t.release().Image == "" {
		backend = t.backend // of the first release
	}
	if err := t.file.SetRelease(t.service, s.image, backend); err != nil {
		return exitcode.WithCode(exitcode.Invalid, err)
	}
	if err := t.set(s.artifacts); err != nil {
		return err
	}
	return t.validate()
}

// uploadAll uploads the contents, and pins the versions that the store has given them.
func (s *step) uploadAll(ctx context.Context, contents map[string]*content, r Request) error {
	t, released := s.target, map[string]ArtifactResult{}
	for _, name := range slices.Sorted(maps.Keys(contents)) {
		a := s.artifacts[name]
		store, err := t.store(ctx, a.Bucket)
		if err != nil {
			return err
		}
		item := ArtifactResult{Artifact: a, URL: store.URL(a.Path)}
		if r.DryRun {
			_, exists, err := t.find(ctx, a)
			if err != nil {
				return err
			}
			item.Uploaded = !exists
		} else if item.Version, item.Uploaded, err = t.upload(ctx, a, contents[name].object()); err != nil {
			return err
		}
		if !r.DryRun {
			if err := t.uploadSignature(ctx, a, contents[name].signature); err != nil {
				return err
			}
		}
		item.Version = t.pinned(item.Version)
		released[name], s.artifacts[name] = item, item.Artifact
	}
	if err := t.set(s.artifacts); err != nil {
		return err
	}
	*s.result = newStackResult(t, released)
	return t.validate()
}
