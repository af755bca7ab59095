package components

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"github.com/stretchr/testify/require"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/kube-proxy/config/v1alpha1"
	"k8s.io/kubelet/config/v1beta1"
	"sigs.k8s.io/yaml"

	"github.com/modelferry/modelferry/local/internal/node/network"
	"github.com/modelferry/modelferry/local/internal/secrets"
)

func nodeConfig(t *testing.T, stack string) NodeConfig {
	t.Helper()
	r, err := network.RangeFor(stack, "")
	require.NoError(t, err)
	return NodeConfig{Stack: stack, Range: r}
}

func TestAddresses(t *testing.T) {
	gke, eks := nodeConfig(t, "gke"), nodeConfig(t, "eks")
	require.Equal(t, "https://10.213.0.2", gke.APIServerURL())
	require.Equal(t, "http://10.213.0.2:9000", gke.StoreURL())
	require.Equal(t, "10.213.0.2:5000", gke.RegistryAddress())
	require.Empty(t, gke.STSURL())
	require.Equal(t, "http://10.214.0.2:9443", eks.STSURL())
	require.Equal(t, "/modelferry-eks", eks.Cgroup())
}

func TestAPIServer_issuerServesKeys(t *testing.T) {
	command := strings.Join(nodeConfig(t, "eks").APIServer().Command, " ")
	require.Contains(t, command, "--service-account-issuer=https://10.214.0.2 ")
	require.Contains(t, command, "--service-account-jwks-uri=https://10.214.0.2/openid/v1/jwks ")
	require.Contains(t, command, "--authorization-mode=Node,RBAC")
}

func TestComponents_listenOnNodeOnly(t *testing.T) {
	s := nodeConfig(t, "gke")
	for _, p := range []Process{
		s.Etcd(), s.APIServer(), s.ObjectStore(secrets.StoreAccount{}), s.ControllerManager(), s.Scheduler(), s.MetricsServer(),
	} {
		require.NotContains(t, strings.Join(p.Command, " "), "0.0.0.0", p.Name)
	}
}

func TestComponents_memoryLimit(t *testing.T) {
	s := nodeConfig(t, "eks")
	for _, p := range []Process{
		s.Etcd(), s.APIServer(), s.ControllerManager(), s.Scheduler(), s.Kubelet(), s.KubeProxy(), s.KubeRouter(), s.MetricsServer(),
		s.Containerd("/usr/bin/containerd"), s.ObjectStore(secrets.StoreAccount{}),
	} {
		require.Contains(t, strings.Join(p.Env, " "), "GOMEMLIMIT=", p.Name)
	}
}

func TestKubeRouter_policiesOnly(t *testing.T) {
	require.Equal(t, []string{
		"/run/modelferry-bin/kube", "kube-router", "--kubeconfig=/run/modelferry/data/etc/kube-router.kubeconfig",
		"--hostname-override=modelferry-gke", "--service-cluster-ip-range=10.213.32.0/20",
	}, nodeConfig(t, "gke").KubeRouter().Command)
}

// Whoever has the API server's certificate for forwarded requests can name any user. The authority of that certificate
// must not be one that also issues others, and both sides verify each other.
func TestMetricsServer_verifiesPeers(t *testing.T) {
	s := nodeConfig(t, "gke")
	apiServer := s.APIServer().Command
	require.Contains(t, apiServer, "--client-ca-file="+PKIDir+"/ca.crt")
	require.Contains(t, apiServer, "--kubelet-certificate-authority="+PKIDir+"/ca.crt")
	require.Contains(t, apiServer, "--requestheader-client-ca-file="+FrontProxyDir+"/ca.crt")
	require.Contains(t, apiServer, "--requestheader-allowed-names="+FrontProxyUser)
	require.Contains(t, apiServer, "--proxy-client-cert-file="+FrontProxyDir+"/"+FrontProxyUser+".crt")
	metricsServer := strings.Join(s.MetricsServer().Command, " ")
	require.Contains(t, metricsServer, "--kubelet-certificate-authority="+PKIDir+"/ca.crt")
	require.NotContains(t, metricsServer, "insecure")

	objects := s.MetricsObjects([]byte("PEM"))
	document, err := json.Marshal(objects[len(objects)-1].Object)
	require.NoError(t, err)
	var apiService struct {
		Metadata struct{ Name string }
		Spec     struct {
			Group, Version        string
			CABundle              []byte
			InsecureSkipTLSVerify bool
			Service               struct{ Name, Namespace string }
		}
	}
	require.NoError(t, json.Unmarshal(document, &apiService))
	require.Equal(t, apiService.Spec.Version+"."+apiService.Spec.Group, apiService.Metadata.Name)
	require.Equal(t, []byte("PEM"), apiService.Spec.CABundle)
	require.False(t, apiService.Spec.InsecureSkipTLSVerify)
	// The API server verifies this name.
	require.Contains(t, MetricsServerNames, apiService.Spec.Service.Name+"."+apiService.Spec.Service.Namespace+".svc")
}

func TestKubeletConfig(t *testing.T) {
	document, err := nodeConfig(t, "gke").KubeletConfig()
	require.NoError(t, err)
	var config v1beta1.KubeletConfiguration
	require.NoError(t, yaml.UnmarshalStrict(document, &config))
	require.Equal(t, "KubeletConfiguration", config.Kind)
	require.Equal(t, "/modelferry-gke", config.CgroupRoot)
	require.Equal(t, "cgroupfs", config.CgroupDriver)
	require.Equal(t, "unix:///run/containerd/containerd.sock", config.ContainerRuntimeEndpoint)
	require.False(t, *config.FailSwapOn)
	require.False(t, *config.Authentication.Anonymous.Enabled)
	require.Equal(t, []string{"10.213.0.2"}, config.ClusterDNS)
}

func TestKubeProxyConfig(t *testing.T) {
	document, err := nodeConfig(t, "gke").KubeProxyConfig()
	require.NoError(t, err)
	var config v1alpha1.KubeProxyConfiguration
	require.NoError(t, yaml.UnmarshalStrict(document, &config))
	require.Equal(t, "10.213.16.0/20", config.ClusterCIDR)
	require.Equal(t, "modelferry-gke", config.HostnameOverride)
	// Zero leaves the connection tracking limits of the machine unchanged.
	require.Zero(t, *config.Conntrack.MaxPerCore)
	require.Zero(t, *config.Conntrack.Min)
}

func TestContainerdConfig(t *testing.T) {
	document, err := nodeConfig(t, "eks").ContainerdConfig(ContainerdOptions{
		Snapshotter: "native", PauseImage: "r/pause@sha256:1", CNIPluginDir: "/opt/cni/bin",
	})
	require.NoError(t, err)
	var config struct {
		Version  int
		Root     string
		State    string
		Disabled []string `toml:"disabled_plugins"`
		Plugins  map[string]struct {
			Pause      string `toml:"sandbox_image"`
			Restrict   bool   `toml:"restrict_oom_score_adj"`
			NoProfile  bool   `toml:"disable_apparmor"`
			Containerd struct{ Snapshotter string }
			CNI        struct {
				Bin  string `toml:"bin_dir"`
				Conf string `toml:"conf_dir"`
			}
			Registry struct {
				Path string `toml:"config_path"`
			}
		}
	}
	require.NoError(t, toml.Unmarshal(document, &config))
	require.Equal(t, 2, config.Version)
	require.Equal(t, "/run/modelferry/data/containerd", config.Root)
	require.Equal(t, "/run/containerd-state", config.State)
	require.Contains(t, config.Disabled, "io.containerd.internal.v1.opt")
	cri := config.Plugins["io.containerd.grpc.v1.cri"]
	require.Equal(t, "r/pause@sha256:1", cri.Pause)
	require.True(t, cri.Restrict)
	require.True(t, cri.NoProfile)
	require.Equal(t, "native", cri.Containerd.Snapshotter)
	require.Equal(t, "/opt/cni/bin", cri.CNI.Bin)
	require.Equal(t, ConfigDir+"/cni", cri.CNI.Conf)
	require.Equal(t, ConfigDir+"/registries", cri.Registry.Path)
}

func TestRegistryMirror(t *testing.T) {
	var hosts struct {
		Host map[string]struct{ Capabilities []string }
	}
	require.NoError(t, toml.Unmarshal(nodeConfig(t, "gke").RegistryMirror(), &hosts))
	require.Equal(t, []string{"pull", "resolve"}, hosts.Host["http://10.213.0.2:5000"].Capabilities)
}

func TestCNIConfig(t *testing.T) {
	document, err := nodeConfig(t, "gke").CNIConfig()
	require.NoError(t, err)
	var config struct {
		Plugins []struct {
			Type string
			IPAM struct {
				Ranges  [][]struct{ Subnet string }
				DataDir string
			}
		}
	}
	require.NoError(t, json.Unmarshal(document, &config))
	require.Equal(t, "ptp", config.Plugins[0].Type)
	require.Equal(t, "10.213.16.0/20", config.Plugins[0].IPAM.Ranges[0][0].Subnet)
	require.Equal(t, "/run/cni", config.Plugins[0].IPAM.DataDir)
}

func TestObjectStore(t *testing.T) {
	gcs := nodeConfig(t, "gke").ObjectStore(secrets.StoreAccount{})
	require.Equal(t, BinDir+"/fake-gcs-server", gcs.Command[0])
	require.Contains(t, strings.Join(gcs.Command, " "), "-external-url http://10.213.0.2:9000")
	require.Contains(t, strings.Join(gcs.Command, " "), "-host 127.0.0.1 -port 9000", "no pod reaches it, as it has no authentication")
	require.Equal(t, "http://127.0.0.1:9000", nodeConfig(t, "gke").StoreBackendURL())
	require.Equal(t, "http://10.214.0.2:9000", nodeConfig(t, "eks").StoreBackendURL())

	s3 := nodeConfig(t, "eks").ObjectStore(secrets.StoreAccount{AccessKey: "access", SecretKey: "secret"})
	require.Equal(t, BinDir+"/versitygw", s3.Command[0])
	require.NotContains(t, strings.Join(s3.Command, " "), "secret", "every user can read a command line")
	require.Contains(t, s3.Env, "ROOT_SECRET_KEY=secret")
	for _, folder := range nodeConfig(t, "eks").StoreDirs() {
		require.Contains(t, strings.Join(s3.Command, " "), folder)
	}
}

func TestKubeconfig(t *testing.T) {
	document, err := nodeConfig(t, "eks").Kubeconfig("https://10.214.0.2", AdminUser, "T", []byte("PEM"))
	require.NoError(t, err)
	config, err := clientcmd.Load(document)
	require.NoError(t, err)
	context := config.Contexts[config.CurrentContext]
	require.Equal(t, "https://10.214.0.2", config.Clusters[context.Cluster].Server)
	require.Equal(t, "T", config.AuthInfos[context.AuthInfo].Token)
}
