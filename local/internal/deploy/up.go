// Package deploy deploys a stack to its local cloud and takes it down: node, images, buckets, artifacts, and then the
// Pulumi program.
package deploy

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/modelferry/modelferry/cli/diagnosis"
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/crds"
	"github.com/modelferry/modelferry/local/internal/debianimage"
	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/examples"
	"github.com/modelferry/modelferry/local/internal/images"
	"github.com/modelferry/modelferry/local/internal/localconfig"
	"github.com/modelferry/modelferry/local/internal/monitoring"
	"github.com/modelferry/modelferry/local/internal/node"
	"github.com/modelferry/modelferry/local/internal/objectstore"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/status"
	"github.com/modelferry/modelferry/stack"
)

// Options are the options of Up.
type Options struct {
	Layout paths.Layout
	// Range is the node's /16. Empty means the stack's default.
	Range string
	// PropagationDelay is how long a change of a permission takes to have an effect, such as "20s". Empty means the
	// delay of the last Up, or the default.
	PropagationDelay string
	// Monitoring is "1" to deploy Prometheus, and to record that. Empty means what was recorded.
	Monitoring string
	// Servers are the model servers: FakeServers or RealServers. Empty means those of the first Up, or the default.
	Servers string
	// Out receives the progress.
	Out io.Writer
}

// Up deploys or updates the stack, and returns the changes. It changes nothing if the config is invalid.
func Up(ctx context.Context, o Options) (engine.Summary, error) {
	started := time.Now()
	progressf := func(format string, args ...any) {
		fmt.Fprintf(o.Out, "%5.1fs  %s\n", time.Since(started).Seconds(), fmt.Sprintf(format, args...))
	}
	if err := cloudstate.CheckPropagationDelay(o.PropagationDelay); err != nil {
		return engine.Summary{}, err
	}
	monitored, err := monitoring.Enabled(o.Layout, o.Monitoring)
	if err != nil {
		return engine.Summary{}, err
	}
	if monitored {
		if err := debianimage.CheckHost(); err != nil {
			return engine.Summary{}, fmt.Errorf("monitoring: %w", err)
		}
	}
	stackConfig, err := loadConfig(o.Layout, monitored)
	if err != nil {
		return engine.Summary{}, err
	}
	kind, err := Servers.Resolve(o.Layout, o.Servers)
	if err != nil {
		return engine.Summary{}, err
	}
	if kind == RealServers {
		if err := examples.CheckHost(); err != nil {
			return engine.Summary{}, err
		}
	}
	unlock, err := Lock(o.Layout)
	if err != nil {
		return engine.Summary{}, err
	}
	defer unlock()
	if monitored {
		if _, err := monitoring.Choice.Record(o.Layout, o.Monitoring); err != nil {
			return engine.Summary{}, err
		}
	}

	progressf("starting the node of %s: Kubernetes, object store and registry", o.Layout.Stack)
	i, err := node.Start(ctx, node.Options{
		Layout: o.Layout, Range: o.Range, Region: stackConfig.Config.AWS.Region, Command: []string{"node"},
		Progress: func(line string) { progressf("  %s", line) },
	})
	if err != nil {
		return engine.Summary{}, err
	}
	if err := cloudstate.SetPropagationDelay(o.Layout.Dir(), o.PropagationDelay); err != nil {
		return engine.Summary{}, err
	}
	if _, err := Servers.Record(o.Layout, o.Servers); err != nil {
		return engine.Summary{}, err
	}
	servers, err := openServers(ctx, o.Layout, kind, progressf)
	if err != nil {
		return engine.Summary{}, err
	}
	if err := stackConfig.AddArtifacts(servers.artifact); err != nil {
		return engine.Summary{}, err
	}
	progressf("building the images")
	pushed, err := pushImages(ctx, o.Layout, i, servers, stackConfig.Config)
	if err != nil {
		return engine.Summary{}, err
	}
	values := stackConfig.WithEndpoints(i, pushed, servers.rolloutDeadline)
	platform, e, buckets, err := openWithPlatform(ctx, o, stackConfig, values, progressf)
	if err != nil {
		return platform, err
	}
	if err := uploadArtifacts(ctx, o, i, buckets, stackConfig.Objects, progressf); err != nil {
		return platform, err
	}
	for _, definition := range crds.Required(stackConfig.Config) {
		progressf("installing a CRD that an add-on provides on a real cluster")
		if err := crds.Install(ctx, o.Layout.Kubeconfig(), definition); err != nil {
			return platform, err
		}
	}
	progressf("deploying the stack")
	client, err := status.NewClient(o.Layout)
	if err != nil {
		return platform, err
	}
	var services engine.Summary
	rollout := diagnosis.Rollout{Client: client, Namespace: stackConfig.Config.Namespace, Printf: progressf}
	err = rollout.Follow(ctx, func(ctx context.Context) error {
		services, err = e.Up(ctx)
		return err
	})
	total := platform.Add(services)
	if err != nil {
		return total, err
	}
	if monitored {
		if err := monitoring.Deploy(ctx, monitoring.Options{
			Layout: o.Layout, Config: stackConfig.Config, Registry: i.RegistryAddress, Printf: progressf,
		}); err != nil {
			return total, err
		}
	}
	progressf("%s is up: %s", o.Layout.Stack, total)
	return total, nil
}

// loadConfig returns the config of the stack. That of a monitored one has the objects by which it is scraped.
func loadConfig(layout paths.Layout, monitored bool) (localconfig.Stack, error) {
	if !monitored {
		return localconfig.Load(layout, nil)
	}
	return localconfig.Load(layout, monitoring.ConfigValues(clouds.MustGet(layout.Stack).Name))
}

func openEngine(ctx context.Context, o Options, keys []string, values map[string]any) (*engine.Engine, error) {
	program := stack.Program{ConfigKeys: keys}
	return engine.Open(ctx, engine.Options{Layout: o.Layout, Program: program.Deploy, ConfigOverrides: values, Out: o.Out})
}

// uploadArtifacts uploads the artifacts. It skips unchanged objects, because an upload would create a new version.
func uploadArtifacts(
	ctx context.Context, o Options, i node.Info, buckets map[string]string, objects []localconfig.Object, progressf func(string, ...any),
) error {
	progressf("uploading %d artifacts to the buckets", len(objects))
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

// pushImages pushes the images of the fetcher and of the services' model servers.
func pushImages(
	ctx context.Context, layout paths.Layout, i node.Info, servers modelServers, c config.Config,
) (localconfig.Images, error) {
	pushed := localconfig.Images{Servers: map[string]string{}}
	var err error
	if pushed.Fetcher, err = images.BuildAndPush(ctx, images.FetcherProgram(layout.Root), layout.Bin(""), i.RegistryAddress); err != nil {
		return pushed, err
	}
	for service := range c.Releases {
		if pushed.Servers[service], err = servers.push(ctx, service, i.RegistryAddress); err != nil {
			return pushed, err
		}
	}
	return pushed, nil
}
