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
	// ConfigDir is the folder of the configuration files.
	ConfigDir = StackDir + "/data/etc"
	// PKIDir is the folder of certificates, keys and tokens.
	PKIDir = StackDir + "/data/pki"
	// FrontProxyDir is the folder of the authority that the API server's own certificate comes from when it forwards
	// requests to metrics-server. It issues nothing else: who has its certificates can name any user in a header.
	FrontProxyDir = PKIDir + "/front-proxy"
)

// FrontProxyUser is the user name in the API server's certificate for forwarded requests.
const FrontProxyUser = "front-proxy-client"

// Ports on the node's address. The API server uses the same port as on GKE and EKS.
const (
	APIPort      = 443
	StorePort    = 9000
	RegistryPort = 5000
	STSPort      = 9443
	WebhookPort  = 9444
	MetricsPort  = 9445
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
	// Name is the name of the component, and of its log.
	Name string
	// Command is the program's path and its arguments.
	Command []string
	// Env is added to the node's environment.
	Env []string
}

// NodeName is the node's name in its cluster, and its host name.
func (c NodeConfig) NodeName() string { return "modelferry-" + c.Stack }

// Cgroup is the node's cgroup. Its processes are in Cgroup/node, its pods below Cgroup/kubepods.
func (c NodeConfig) Cgroup() string { return "/" + c.NodeName() }

// APIServerURL is the URL of the API server, and the service account issuer.
func (c NodeConfig) APIServerURL() string { return "https://" + c.Range.NodeIP().String() }

// JWKSURL is the URL of the keys that verify service account tokens.
func (c NodeConfig) JWKSURL() string { return c.APIServerURL() + "/openid/v1/jwks" }

// StoreURL is the object store's URL.
func (c NodeConfig) StoreURL() string { return "http://" + c.address(StorePort) }

// AuthenticationWebhookConfig is the name of the kubeconfig with which the API server calls its authentication webhook.
const AuthenticationWebhookConfig = "authentication-webhook.kubeconfig"

// AuthenticationPath is the path of the authentication webhook.
const AuthenticationPath = "/authenticate"

// AuthenticationWebhookURL is the URL of the webhook that authenticates the callers of EKS. It is "" on other clouds.
func (c NodeConfig) AuthenticationWebhookURL() string {
	if !c.cloud().PodIdentity {
		return ""
	}
	return "https://" + c.address(WebhookPort) + AuthenticationPath
}

// RegistryAddress is host and port of the image registry.
func (c NodeConfig) RegistryAddress() string { return c.address(RegistryPort) }

// STSURL is the URL of the AWS token service, empty on GKE. It is plain HTTP, because the AWS SDK in a pod
// does not trust the node's certificate authority.
func (c NodeConfig) STSURL() string {
	if !c.cloud().PodIdentity {
		return ""
	}
	return "http://" + c.address(STSPort)
}

func (c NodeConfig) cloud() clouds.Cloud { return clouds.MustGet(c.Stack) }

func (c NodeConfig) address(port int) string { return fmt.Sprintf("%s:%d", c.Range.NodeIP(), port) }

// kubeProcess returns a process of the binary kube. Its garbage collector runs more often than by default, and still
// more often near the memory limit, which is in MiB and soft.
func kubeProcess(name string, memoryLimit int, args ...string) Process {
	return Process{
		Name:    name,
		Command: append([]string{path.Join(BinDir, "kube"), name}, args...),
		Env:     []string{"GOGC=50", fmt.Sprintf("GOMEMLIMIT=%dMiB", memoryLimit)},
	}
}
