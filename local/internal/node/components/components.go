// Package components returns the command line and configuration of each process of a node, as pure
// functions of NodeConfig.
package components

import (
	"fmt"
	"path"

	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/node/network"
)

// Paths inside the node. They are short because a socket's path may have at most 107 bytes.
const (
	// StackDir is the stack's folder.
	StackDir = "/run/modelferry"
	// BinDir is the folder of the built programs.
	BinDir = "/run/modelferry-bin"
	// ContainerdSocket is the socket of containerd.
	ContainerdSocket = "/run/containerd/containerd.sock"
	// ConfigDir contains the configuration files, PKIDir certificates and tokens.
	ConfigDir = StackDir + "/data/etc"
	PKIDir    = StackDir + "/data/pki"
)

// Ports on the node's address. The API server's port is that of GKE and EKS.
const (
	APIPort      = 443
	StorePort    = 9000
	RegistryPort = 5000
	STSPort      = 9443
	WebhookPort  = 9444
)

// NodeConfig is the configuration that the components of a node share.
type NodeConfig struct {
	// Stack is gke or eks.
	Stack string
	// Range has the node's addresses.
	Range network.Range
	// Region is the AWS region of the S3 server, which refuses requests signed for another region.
	Region string
}

// Process is a process of the node.
type Process struct {
	// Name of the component and of its log.
	Name string
	// Command is the program's path and its arguments.
	Command []string
	// Env is added to the node's environment.
	Env []string
}

// NodeName is the node's name in its cluster, and its host name.
func (s NodeConfig) NodeName() string { return "modelferry-" + s.Stack }

// Cgroup is the node's cgroup. Its processes are in Cgroup/node, its pods below Cgroup/kubepods.
func (s NodeConfig) Cgroup() string { return "/" + s.NodeName() }

// APIServerURL is the URL of the API server, and the service account issuer.
func (s NodeConfig) APIServerURL() string { return "https://" + s.Range.NodeIP().String() }

// JWKSURL is the URL of the keys that verify service account tokens.
func (s NodeConfig) JWKSURL() string { return s.APIServerURL() + "/openid/v1/jwks" }

// StoreURL is the object store's URL.
func (s NodeConfig) StoreURL() string { return "http://" + s.address(StorePort) }

// RegistryAddress is host and port of the image registry.
func (s NodeConfig) RegistryAddress() string { return s.address(RegistryPort) }

// STSURL is the URL of the AWS token service, empty on GKE. It is plain HTTP, because the AWS SDK in a pod
// does not trust the node's certificate authority.
func (s NodeConfig) STSURL() string {
	if !s.cloud().PodIdentity {
		return ""
	}
	return "http://" + s.address(STSPort)
}

func (s NodeConfig) cloud() clouds.Cloud { return clouds.MustGet(s.Stack) }

func (s NodeConfig) address(port int) string { return fmt.Sprintf("%s:%d", s.Range.NodeIP(), port) }

// kubeProcess returns a process of the binary kube that uses little memory: the garbage collector runs more
// often, most of all near the soft limit, which is in MiB.
func kubeProcess(name string, limit int, args ...string) Process {
	return Process{
		Name:    name,
		Command: append([]string{path.Join(BinDir, "kube"), name}, args...),
		Env:     []string{"GOGC=50", fmt.Sprintf("GOMEMLIMIT=%dMiB", limit)},
	}
}
