//go:build !linux

package node

import (
	"context"
	"runtime"

	"github.com/modelferry/modelferry/local/internal/node/network"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// Start returns an error on other systems than Linux.
func Start(_ context.Context, o Options) (Info, error) {
	return Info{}, Host{OS: runtime.GOOS}.Preflight(o.Layout.Stack, network.Range{})
}

// Stop does nothing on other systems than Linux.
func Stop(paths.Layout) error { return nil }
