package deploy

import (
	"context"
	"path/filepath"
	"sync"
	"time"

	"github.com/modelferry/modelferry/local/internal/choice"
	"github.com/modelferry/modelferry/local/internal/examples"
	"github.com/modelferry/modelferry/local/internal/images"
	"github.com/modelferry/modelferry/local/internal/localconfig"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/testmodel"
)

// ServersEnv is the environment variable that selects the model servers of a new stack.
const ServersEnv = "MODELFERRY_SERVERS"

// Model servers of the local cloud.
const (
	// FakeServers load no model: they report the digests of their artifacts. Any file is a model.
	FakeServers = "fake"
	// RealServers are those in examples/, with models that were trained on this machine.
	RealServers = "real"
)

// Servers is the choice of a stack's model servers. They need other artifacts, so a stack keeps them.
var Servers = choice.Choice{
	Setting: "SERVERS", Noun: "servers", File: "servers", Values: []string{FakeServers, RealServers},
}

// The rollout deadlines are short, because downloads from the same machine are fast. A real server needs the CPU for
// some seconds to import its libraries, and the first ones wait for their image.
const (
	fakeRolloutDeadline = 45 * time.Second
	realRolloutDeadline = 90 * time.Second
)

// modelServers are the images and artifacts of the services.
type modelServers struct {
	// artifact returns the file of an artifact.
	artifact func(localconfig.Artifact) (testmodel.File, error)
	// push pushes the image of a service to a registry and returns its reference by digest.
	push            func(ctx context.Context, service, registry string) (string, error)
	rolloutDeadline time.Duration
}

// openServers returns the model servers of a kind, FakeServers or RealServers. Real ones are built and trained.
func openServers(
	ctx context.Context, layout paths.Layout, kind string, progressf func(string, ...any),
) (modelServers, error) {
	if kind == RealServers {
		return openRealServers(ctx, layout, progressf)
	}
	program := images.ModelServerProgram(layout.Root)
	var once sync.Once
	var reference string
	var err error
	return modelServers{
		artifact: func(a localconfig.Artifact) (testmodel.File, error) {
			return testmodel.FakeModel{Path: a.Path, Bytes: a.Bytes}.Save(filepath.Join(layout.LocalDir(), "models"))
		},
		push: func(ctx context.Context, _, registry string) (string, error) {
			once.Do(func() { reference, err = images.BuildAndPush(ctx, program, layout.Bin(""), registry) })
			return reference, err
		},
		rolloutDeadline: fakeRolloutDeadline,
	}, nil
}

func openRealServers(ctx context.Context, layout paths.Layout, progressf func(string, ...any)) (modelServers, error) {
	progressf("preparing the real model servers and their models")
	servers, err := examples.Open(ctx, layout, func(line string) { progressf("  %s", line) })
	if err != nil {
		return modelServers{}, err
	}
	if err := servers.Build(ctx); err != nil {
		return modelServers{}, err
	}
	return modelServers{
		artifact: func(a localconfig.Artifact) (testmodel.File, error) {
			return servers.Artifact(a.Service, a.Backend, a.Name)
		},
		push: func(ctx context.Context, service, registry string) (string, error) {
			image, err := servers.Image(service)
			if err != nil {
				return "", err
			}
			return images.Push(ctx, registry+"/modelferry/"+service, image)
		},
		rolloutDeadline: realRolloutDeadline,
	}, nil
}
