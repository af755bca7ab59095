// Package sandbox runs a node inside its own mount, network, PID, UTS and IPC namespaces, as their first
// process. Everything that it starts ends with it, including mounts, links and firewall rules.
package sandbox

import (
	"context"

	"github.com/modelferry/modelferry/local/internal/node/components"
	"github.com/modelferry/modelferry/local/internal/node/pki"
)

// Server is a server that runs in the node's first process, beside the components with processes of their
// own.
type Server struct {
	// Name is used in progress and errors.
	Name string
	// Start starts the server when the API server is ready, and returns when it accepts clients. The node
	// is not ready before. The server stops when ctx ends. If it stops earlier, it sends the reason on
	// ended, and the node stops.
	Start func(ctx context.Context, host ServerContext) (ended <-chan error, err error)
}

// ServerContext has the arguments of Server.Start.
type ServerContext struct {
	// Node has addresses, ports and URLs.
	Node components.NodeConfig
	// Dir is the stack's folder inside the node, with cloud.json and secret/.
	Dir string
	// Authority is the API server's certificate authority. It issues the server's certificate.
	Authority *pki.Authority
	// AdminToken is the bearer token of the cluster administrator.
	AdminToken string
}
