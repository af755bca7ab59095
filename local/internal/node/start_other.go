//go:build !linux

package node

import (
	"context"
	"runtime"

	"github.com/modelferry/modelferry/local/internal/node/network"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// Start fails on anything but Linux, and says what to do.
func Start(_ context.Context, o Options) (Info, error) {
	return Info{}, Host{OS: runtime.GOOS}.Faults(o.Place.Stack, network.Range{})
}

// Stop has nothing to stop on anything but Linux.
func Stop(paths.Place) error { return nil }
