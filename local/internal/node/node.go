// Package node starts and ends a local cloud's node: a sandbox of Linux namespaces in which a whole Kubernetes,
// an object store and an image registry run. Of the host it changes nothing but one link with its routes and
// one cgroup, and both go with it.
package node

import (
	"errors"

	"github.com/modelferry/modelferry/local/internal/node/nodeinfo"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// Info says where a running node's servers answer.
type Info = nodeinfo.Info

// ErrNotRunning is that there is no running node.
var ErrNotRunning = nodeinfo.ErrNotRunning

// Options are what Start needs.
type Options struct {
	Layout paths.Layout
	// Range is the /16 that the node takes, such as "10.77"; empty for the stack's own.
	Range string
	// Region is the AWS region of an EKS stack, which its S3 server is to be in; empty for us-east-1.
	Region string
	// Progress gets a line for each step; nil for none.
	Progress func(line string)
	// Command are the arguments with which this program is executed again as the node. Place, Range and Region
	// reach it in its environment.
	Command []string
}

// ReadInfo says where the running node of a place answers. ErrNotRunning when it does not run, whatever a node
// that crashed left behind.
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

// errLocked is that another ferry is at work on the same node.
var errLocked = errors.New("another ferry is starting or stopping this node just now: wait until it has ended")
