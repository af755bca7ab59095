package release

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
	"github.com/modelferry/modelferry/cli/internal/records"
	"github.com/modelferry/modelferry/cli/objectstore"
)

// Verification is the result of reading one object again.
type Verification struct {
	Stack    string `json:"stack"`
	Artifact string `json:"artifact"`
	URL      string `json:"url"`
	// SHA256 is the digest of the object, Expected the one in the stack's file.
	SHA256   string `json:"sha256,omitempty"`
	Expected string `json:"expected"`
	Size     int64  `json:"size,omitempty"`
	OK       bool   `json:"ok"`
	Error    string `json:"error,omitempty"`
}

// ErrDiffers means that an object is not what the stack's file says.
var ErrDiffers = errors.New("an object is not what the stack's file says")

// Verify reads the objects of a service on stacks and compares their digests and versions with the stack files. The
// results are complete also with an error, which is the worst of them.
func (e *Environment) Verify(ctx context.Context, service, backend string, stacks []string) ([]Verification, error) {
	steps, err := e.openSteps(stacks, service, backend)
	if err != nil {
		return nil, err
	}
	results := []Verification{}
	var worst error
	for _, s := range steps {
		current := s.target.current()
		if len(current) == 0 && len(stacks) == 1 {
			return results, exitcode.WithCode(exitcode.NotFound, fmt.Errorf("stack %s has no release of %s", s.target.stack(), service))
		}
		for _, name := range slices.Sorted(maps.Keys(current)) {
			v, err := s.target.verify(ctx, name, current[name])
			if err != nil {
				v.Error = err.Error()
			}
			// What does not match is worse than what cannot be read.
			if err != nil && (worst == nil || errors.Is(err, ErrDiffers)) {
				worst = err
			}
			results = append(results, v)
		}
	}
	return results, worst
}

func (t *target) verify(ctx context.Context, name string, a records.Artifact) (Verification, error) {
	v := Verification{Stack: t.stack(), Artifact: name, Expected: a.SHA256}
	store, err := t.store(ctx, a.Bucket)
	if err != nil {
		return v, err
	}
	v.URL = store.URL(a.Path)
	if strings.HasSuffix(a.Path, "/") {
		return v, fmt.Errorf("%w: %s is a folder without a digest", ErrDiffers, v.URL)
	}
	reader, object, err := store.Open(ctx, a.Path)
	if err != nil {
		return v, err
	}
	defer reader.Close()
	if v.SHA256, v.Size, err = digest(ctx, reader); err != nil {
		return v, fmt.Errorf("%s: %w", v.URL, err)
	}
	switch {
	case a.SHA256 == "":
		return v, fmt.Errorf("%w: the file of stack %s has no digest for %s", ErrDiffers, t.stack(), v.URL)
	case v.SHA256 != a.SHA256:
		return v, fmt.Errorf("%w: %s has the digest %s, expected %s", ErrDiffers, v.URL, v.SHA256, a.SHA256)
	case a.Version != "" && object.Version != a.Version:
		return v, fmt.Errorf("%w: %s has the version %s, expected %s", ErrDiffers, v.URL, describeVersion(object), a.Version)
	}
	v.OK = true
	return v, nil
}

func describeVersion(object objectstore.Object) string {
	if object.Version == "" {
		return "none"
	}
	return object.Version
}
