package monitoring

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/modelferry/modelferry/local/internal/debianimage"
	"github.com/modelferry/modelferry/local/internal/images"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// prometheusSpec is the layer with Prometheus and Alertmanager. What the packages need to be installed is not needed to
// run them.
var prometheusSpec = debianimage.Spec{
	Packages: []string{"prometheus", "prometheus-alertmanager"},
	Omit:     []string{"adduser", "debconf", "dpkg", "init-system-helpers", "perl", "perl-base", "tar"},
}

// pushImages builds the images, pushes them to the local registry and returns their references by container.
func pushImages(ctx context.Context, layout paths.Layout, registry string, progress func(string)) (map[string]string, error) {
	references := map[string]string{}
	for _, program := range []images.Program{
		images.FetcherExporterProgram(layout.Root),
		{Name: "prometheus-discovery", Module: filepath.Join(layout.Root, "local"), Package: "./cmd/prometheus-discovery"},
	} {
		reference, err := images.BuildAndPush(ctx, program, layout.Bin(""), registry)
		if err != nil {
			return nil, err
		}
		references[program.Name] = reference
	}
	const ksm = "kube-state-metrics"
	reference, err := images.PushBinary(ctx, ksm, layout.Bin(ksm), registry)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no program %s: run make up MONITORING=1, which builds it", layout.Bin(ksm))
	}
	if err != nil {
		return nil, err
	}
	references[ksm] = reference
	layer, err := debianimage.Build(ctx, filepath.Join(layout.LocalDir(), "debian"), prometheusSpec, progress)
	if err != nil {
		return nil, fmt.Errorf("image of Prometheus: %w", err)
	}
	image, err := images.FromLayers(debianimage.Architecture, v1.Config{User: images.User, WorkingDir: "/"}, layer)
	if err != nil {
		return nil, err
	}
	if reference, err = images.Push(ctx, registry+"/modelferry/prometheus", image); err != nil {
		return nil, err
	}
	references["prometheus"], references["alertmanager"] = reference, reference
	return references, nil
}
