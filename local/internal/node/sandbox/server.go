// Package sandbox is the inside of a node: the first process of its own mount, network, process and host-name
// namespaces. Whatever it starts ends with it, with every mount, link and firewall rule.
package sandbox

import (
	"context"

	"github.com/modelferry/modelferry/local/internal/node/components"
	"github.com/modelferry/modelferry/local/internal/node/pki"
)

// Server is a server that runs in the node's first process, beside the parts that are processes of their own.
type Server struct {
	// Name stands in progress and errors.
	Name string
	// Start begins to serve once the API server is ready, and returns when clients may come: the node is
	// ready no sooner. The server ends when ctx does; an end before that is sent, and ends the node.
	Start func(ctx context.Context, host ServerContext) (ended <-chan error, err error)
}

// ServerContext is what the node gives a Server.
type ServerContext struct {
	// Node holds addresses, ports and URLs.
	Node components.NodeConfig
	// Dir is the stack's folder as the node sees it: cloud.json and secret/ are there.
	Dir string
	// Authority is the API server's certificate authority: it issues the server's certificate.
	Authority *pki.Authority
	// AdminToken is the bearer token of the cluster's administrator.
	AdminToken string
}
