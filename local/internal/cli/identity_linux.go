package cli

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"strconv"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/modelferry/modelferry/local/internal/eksidentity"
	"github.com/modelferry/modelferry/local/internal/node/components"
	"github.com/modelferry/modelferry/local/internal/node/network"
	"github.com/modelferry/modelferry/local/internal/node/sandbox"
	"github.com/modelferry/modelferry/local/internal/secrets"
)

// identityServer runs the parts of EKS with which a service account assumes an IAM role: the pod identity webhook, the
// AWS token service and the Pod Identity Agent.
var identityServer = sandbox.Server{
	Name: "IAM roles for service accounts",
	Start: func(ctx context.Context, host sandbox.ServerContext) (<-chan error, error) {
		address := host.Node.Range.NodeIP()
		pair, err := host.Authority.IssueServerCert("pod-identity-webhook", []netip.Addr{address})
		if err != nil {
			return nil, err
		}
		cert, err := tls.LoadX509KeyPair(pair.Cert, pair.Key)
		if err != nil {
			return nil, fmt.Errorf("pod identity webhook: %w", err)
		}
		client, err := kubernetes.NewForConfig(&rest.Config{
			Host: host.Node.APIServerURL(), BearerToken: host.AdminToken,
			TLSClientConfig: rest.TLSClientConfig{CAData: host.Authority.PEM()},
		})
		if err != nil {
			return nil, fmt.Errorf("pod identity webhook: %w", err)
		}
		callerToken, err := secrets.ReadCallerToken(host.Dir)
		if err != nil {
			return nil, err
		}
		agent := netip.MustParseAddr(eksidentity.PodIdentityAgentIP)
		if err := network.AddAddress(agent); err != nil {
			return nil, err
		}
		hostPort := func(port int) string { return address.String() + ":" + strconv.Itoa(port) }
		return sandbox.StartServer(func(ready func()) error {
			return eksidentity.Serve(ctx, eksidentity.Config{
				StackDir: host.Dir, StoreURL: host.Node.StoreURL(), Region: host.Node.Region,
				Issuer: host.Node.APIServerURL(), Client: client,
				STSAddr: hostPort(components.STSPort), AgentAddr: agent.String() + ":80", WebhookAddr: hostPort(components.WebhookPort),
				CallerToken: callerToken,
				Cert:        cert, CACert: host.Authority.PEM(),
				Log: slog.New(slog.NewJSONHandler(os.Stderr, nil)),
			}, ready)
		})
	},
}
