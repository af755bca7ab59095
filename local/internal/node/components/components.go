// Package components says how each process of a node is run: its command line and its configuration document, as
// pure functions of the Site.
package components

import (
	"fmt"
	"path"

	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/node/network"
)

// Where things lie inside the node. The paths are short because a socket's path has at most 107 bytes.
const (
	// StackDir is the stack's folder.
	StackDir = "/run/modelferry"
	// BinDir is the folder of the built programs.
	BinDir = "/run/modelferry-bin"
	// ContainerdSocket is containerd's.
	ContainerdSocket = "/run/containerd/containerd.sock"
	// ConfigDir is the folder of the configuration documents, Keys that of certificates and tokens.
	ConfigDir = StackDir + "/data/etc"
	PKIDir    = StackDir + "/data/pki"
)

// Ports on the node's address. The API server's is the one of GKE's and EKS's.
const (
	APIPort      = 443
	StorePort    = 9000
	RegistryPort = 5000
	STSPort      = 9443
	WebhookPort  = 9444
)

// NodeConfig is what the parts of a node share.
type NodeConfig struct {
	// Stack is gke or eks.
	Stack string
	// Range holds the node's addresses.
	Range network.Range
	// Region is the AWS region that the S3 server believes to be in: it refuses a request signed for another.
	Region string
}

// Process is one process of the node.
type Process struct {
	// Name is the component's, and its log's.
	Name string
	// Command is the program's path and its arguments.
	Command []string
	// Env is added to the node's environment.
	Env []string
}

// NodeName is the node's name in its cluster, and its host name.
func (s NodeConfig) NodeName() string { return "modelferry-" + s.Stack }

// Cgroup is the node's cgroup: its own processes are in Cgroup/node, its pods' below Cgroup/kubepods.
func (s NodeConfig) Cgroup() string { return "/" + s.NodeName() }

// APIServerURL is the API server's URL, which is the issuer of service-account tokens too.
func (s NodeConfig) APIServerURL() string { return "https://" + s.Range.NodeIP().String() }

// JWKSURL is the URL of the keys with which service-account tokens are verified.
func (s NodeConfig) JWKSURL() string { return s.APIServerURL() + "/openid/v1/jwks" }

// StoreURL is the object store's URL.
func (s NodeConfig) StoreURL() string { return "http://" + s.address(StorePort) }

// RegistryAddress is the image registry's host.
func (s NodeConfig) RegistryAddress() string { return s.address(RegistryPort) }

// STSURL is the URL of the AWS token service; empty on GKE, which has none. It is plain HTTP, because the AWS SDK in a
// pod would not trust the node's certificate authority.
func (s NodeConfig) STSURL() string {
	if !s.cloud().PodIdentity {
		return ""
	}
	return "http://" + s.address(STSPort)
}

func (s NodeConfig) cloud() clouds.Cloud { return clouds.MustGet(s.Stack) }

func (s NodeConfig) address(port int) string { return fmt.Sprintf("%s:%d", s.Range.NodeIP(), port) }

// kubeProcess is a component of the binary kube, tuned to use little memory: the garbage collector runs more often,
// and harder still near the limit, which is in MiB and not a hard one.
func kubeProcess(name string, limit int, args ...string) Process {
	return Process{
		Name:    name,
		Command: append([]string{path.Join(BinDir, "kube"), name}, args...),
		Env:     []string{"GOGC=50", fmt.Sprintf("GOMEMLIMIT=%dMiB", limit)},
	}
}
