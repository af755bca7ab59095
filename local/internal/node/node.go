// Package node starts and stops the node of a local cloud: Linux namespaces in which Kubernetes, an object store and an
// image registry run. On the host it creates one link with its routes, and one cgroup, and removes both.
package node

import (
	"errors"

	"github.com/modelferry/modelferry/local/internal/node/nodeinfo"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// Info has the endpoints of a running node.
type Info = nodeinfo.Info

// ErrNotRunning means that the node is not running, or not ready yet.
var ErrNotRunning = nodeinfo.ErrNotRunning

// Options are the arguments of Start.
type Options struct {
	Layout paths.Layout
	// Range is the /16 of the node, such as "10.77". Empty means the default of the stack.
	Range string
	// Region is the AWS region of an EKS stack's S3 server. Empty means us-east-1.
	Region string
	// Progress receives one line for each step. May be nil.
	Progress func(line string)
	// Command has the arguments with which Start executes this program as the node. Layout, Range and Region are passed
	// in its environment.
	Command []string
}

// ReadInfo returns the endpoints of a stack's running node. It returns ErrNotRunning if the node is not running, even
// if a crashed node left its files.
func ReadInfo(layout paths.Layout) (Info, error) {
	r, err := readProcessRecord(layout)
	if err != nil {
		return Info{}, err
	}
	if r == nil || !r.alive() {
		return Info{}, ErrNotRunning
	}
	return nodeinfo.Read(layout.NodeInfoFile())
}

// errLocked means that another ferry process is starting or stopping the same node.
var errLocked = errors.New("another ferry is starting or stopping this node: wait until it has finished")
