// Package release implements what modelferry does with releases: it validates the config before anything is uploaded,
// uploads, records, and writes the stack files last.
package release

import (
	"context"
	"io"
	"time"

	"github.com/modelferry/modelferry/cli/internal/pack"
	"github.com/modelferry/modelferry/cli/objectstore"
)

// Environment has the external dependencies of the workflows.
type Environment struct {
	// Root is the folder with Pulumi.yaml.
	Root string
	// OpenStore connects to a bucket.
	OpenStore func(ctx context.Context, location objectstore.Location) (objectstore.Store, error)
	// Buckets returns the names of a stack's buckets from its outputs. It is called only if the config does not say them.
	Buckets func(ctx context.Context, root, stack string) (map[string]string, error)
	// Pack packs a folder.
	Pack func(ctx context.Context, dir string, w io.Writer) (pack.Archive, error)
	// Fetch downloads a model from a registry into dir and returns its file or folder, and annotations.
	Fetch func(ctx context.Context, uri, dir string) (path string, annotations map[string]string, err error)
	// Deployer updates stacks.
	Deployer Deployer
	// Author is who makes the release.
	Author Author
	Now    func() time.Time
	// Messages receives what happens.
	Messages io.Writer
	// Progress returns a function that shows how much of an upload is sent, and one for its end.
	Progress func(name string, size int64) (sent func(bytes int64), done func())
	// StateDir is where interrupted uploads continue from, or "".
	StateDir string
}

// Deployer updates a stack and follows the rollouts of services.
type Deployer interface {
	Up(ctx context.Context, stack string, services []string) error
	// Restore updates a stack whose file is as it was before a failed Up. It returns cause.
	Restore(ctx context.Context, stack string, services []string, cause error) error
}
