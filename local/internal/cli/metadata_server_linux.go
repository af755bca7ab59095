package cli

import (
	"context"
	"log/slog"
	"net/netip"
	"os"
	"strings"

	"github.com/modelferry/modelferry/local/internal/gkeidentity"
	"github.com/modelferry/modelferry/local/internal/node/components"
	"github.com/modelferry/modelferry/local/internal/node/network"
	"github.com/modelferry/modelferry/local/internal/node/sandbox"
)

// metadataServer runs what gives pods of GKE access to Cloud Storage: the metadata server, and the API of Cloud Storage
// with IAM.
var metadataServer = sandbox.Server{
	Name: "Workload Identity Federation for GKE",
	Start: func(ctx context.Context, host sandbox.ServerContext) (<-chan error, error) {
		address := netip.MustParseAddr(gkeidentity.MetadataServerIP)
		if err := network.AddAddress(address); err != nil {
			return nil, err
		}
		return sandbox.StartServer(func(ready func()) error {
			return gkeidentity.Serve(ctx, gkeidentity.Config{
				StackDir: host.Dir, StoreDir: components.StoreDir, AdminToken: host.StoreAccount.SecretKey,
				Backend: host.Node.StoreBackendURL(), StorageAddr: strings.TrimPrefix(host.Node.StoreURL(), "http://"),
				MetadataAddr: address.String() + ":80",
				FindPod:      gkeidentity.NewFindPod(host.Node.APIServerURL(), host.AdminToken, host.Authority.PEM()),
				Log:          slog.New(slog.NewJSONHandler(os.Stderr, nil)),
			}, ready)
		})
	},
}
