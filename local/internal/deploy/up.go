// Package deploy brings a stack up in the local cloud, and takes it down: node,
// images, buckets, artifacts, and then the program itself.
package deploy

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"time"

	"github.com/modelferry/modelferry/local/internal/crds"
	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/images"
	"github.com/modelferry/modelferry/local/internal/localconfig"
	"github.com/modelferry/modelferry/local/internal/node"
	"github.com/modelferry/modelferry/local/internal/objectstore"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/stack"
)

// Options are what Up needs.
type Options struct {
	Layout paths.Layout
	// Range is the /16 that the node takes; empty for the stack's own.
	Range string
	// Out shows the progress.
	Out io.Writer
}

// Up brings the stack up, or to what its config says now, and returns what
// changed. A config with a fault changes nothing.
func Up(ctx context.Context, o Options) (engine.Summary, error) {
	started := time.Now()
	say := func(format string, args ...any) {
		fmt.Fprintf(o.Out, "%5.1fs  %s\n", time.Since(started).Seconds(), fmt.Sprintf(format, args...))
	}
	live, err := localconfig.Prepare(o.Layout)
	if err != nil {
		return engine.Summary{}, err
	}
	unlock, err := Lock(o.Layout)
	if err != nil {
		return engine.Summary{}, err
	}
	defer unlock()

	say("starting the node of %s: Kubernetes, object store and registry", o.Layout.Stack)
	i, err := node.Start(ctx, node.Options{
		Layout: o.Layout, Range: o.Range, Region: live.Config.AWS.Region, Command: []string{"node"}, Progress: func(line string) { say("  %s", line) },
	})
	if err != nil {
		return engine.Summary{}, err
	}
	say("building the images")
	pushed, err := pushImages(ctx, o.Layout, i)
	if err != nil {
		return engine.Summary{}, err
	}
	values := live.WithEndpoints(i, pushed)
	first, err := deployPlatform(ctx, o, live, values, say)
	if err != nil {
		return first, err
	}
	e, err := openEngine(ctx, o, live.Keys, values)
	if err != nil {
		return first, err
	}
	if err := uploadArtifacts(ctx, o, i, e, live.Objects, say); err != nil {
		return first, err
	}
	for _, definition := range crds.Required(live.Config) {
		say("installing the definition of a kind that others bring on a real cluster")
		if err := crds.Install(ctx, o.Layout.Kubeconfig(), definition); err != nil {
			return first, err
		}
	}
	say("bringing up the stack")
	second, err := e.Up(ctx)
	total := first.Add(second)
	if err != nil {
		return total, err
	}
	say("%s is up: %s", o.Layout.Stack, total)
	return total, nil
}

func openEngine(ctx context.Context, o Options, keys []string, values map[string]any) (*engine.Engine, error) {
	program := stack.Program{ConfigKeys: keys}
	return engine.Open(ctx, engine.Options{Layout: o.Layout, Program: program.Deploy, ConfigOverrides: values, Out: o.Out})
}

// deployPlatform brings up a new stack without releases first, as a team would do it:
// it then has a cluster and buckets, and no pod that asks for what is not there.
// A mark says that this is done; an up that was interrupted before is gone
// through again.
func deployPlatform(ctx context.Context, o Options, live localconfig.Release, values map[string]any, say func(string, ...any)) (engine.Summary, error) {
	mark := filepath.Join(o.Layout.Dir(), "platform-is-up")
	if _, err := os.Stat(mark); err == nil {
		return engine.Summary{}, nil
	}
	say("bringing up the platform: network, cluster and buckets")
	platform := maps.Clone(values)
	platform["modelferry:releases"] = nil
	e, err := openEngine(ctx, o, live.Keys, platform)
	if err != nil {
		return engine.Summary{}, err
	}
	done, err := e.Up(ctx)
	if err != nil {
		return done, err
	}
	return done, os.WriteFile(mark, nil, 0o644)
}

// uploadArtifacts puts the artifacts into the buckets before any pod asks for them.
// What is there already is not put again: that would make another version.
func uploadArtifacts(ctx context.Context, o Options, i node.Info, e *engine.Engine, objects []localconfig.Object, say func(string, ...any)) error {
	buckets, err := bucketNames(ctx, e)
	if err != nil {
		return err
	}
	say("putting %d artifacts into the buckets", len(objects))
	client, err := objectstore.Open(ctx, o.Layout, i)
	if err != nil {
		return err
	}
	for _, object := range objects {
		if err := client.UploadIfChanged(ctx, buckets[object.Bucket], object.Path, object.File.Name); err != nil {
			return err
		}
	}
	return nil
}

func pushImages(ctx context.Context, p paths.Layout, i node.Info) (localconfig.Images, error) {
	var pushed localconfig.Images
	var err error
	if pushed.Fetcher, err = images.BuildAndPush(ctx, images.FetcherProgram(p.Root), p.Bin(""), i.RegistryAddress); err != nil {
		return pushed, err
	}
	pushed.Server, err = images.BuildAndPush(ctx, images.ModelServerProgram(p.Root), p.Bin(""), i.RegistryAddress)
	return pushed, err
}
