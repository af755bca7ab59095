// Package sandbox runs a node inside mount, network, PID, UTS and IPC namespaces, as their first process. Processes,
// mounts, links and firewall rules disappear with the namespaces when it exits.
package sandbox

import (
	"context"

	"github.com/modelferry/modelferry/local/internal/node/components"
	"github.com/modelferry/modelferry/local/internal/node/pki"
	"github.com/modelferry/modelferry/local/internal/secrets"
)

// Server is a server that runs in the node's first process. Components run in processes of their own.
type Server struct {
	// Name is used in progress and errors.
	Name string
	// Start starts the server and returns when it accepts connections. It is called when the API server is ready;
	// the node becomes ready afterwards. The server stops when ctx ends. If it stops earlier, it sends the reason on
	// exited, and the node stops.
	Start func(ctx context.Context, server ServerContext) (exited <-chan error, err error)
}

// ServerContext is what a server gets from the node.
type ServerContext struct {
	// Node has the node's addresses and URLs.
	Node components.NodeConfig
	// Dir is the stack's folder inside the node, with cloud.json and secret/.
	Dir string
	// Authority is the API server's certificate authority. It issues the server's certificate.
	Authority *pki.Authority
	// AdminToken is the bearer token of the cluster administrator.
	AdminToken string
	// StoreAccount is the root account of the object store.
	StoreAccount secrets.StoreAccount
}

// StartServer runs serve in the background and returns when it calls ready, or its error if it returns before.
func StartServer(serve func(ready func()) error) (exited <-chan error, err error) {
	ready, result := make(chan struct{}), make(chan error, 1)
	go func() { result <- serve(func() { close(ready) }) }()
	select {
	case <-ready:
		return result, nil
	case err := <-result:
		return nil, err
	}
}
