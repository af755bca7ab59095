package components

import (
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubelet/config/v1beta1"
	"sigs.k8s.io/yaml"
)

// Kubelet returns the kubelet process.
func (c NodeConfig) Kubelet() Process {
	return kubeProcess("kubelet", 128,
		"--config="+ConfigDir+"/kubelet.yaml",
		"--kubeconfig="+ConfigDir+"/kubelet.kubeconfig",
		"--hostname-override="+c.NodeName(),
		"--node-ip="+c.Range.NodeIP().String(),
		"--root-dir="+StackDir+"/data/kubelet",
		"--cert-dir="+StackDir+"/data/kubelet/pki",
		// The single node has the labels of the system's and of the services' nodes.
		"--node-labels=topology.kubernetes.io/region=local,topology.kubernetes.io/zone=local-a,workload-type=ml-services",
	)
}

// KubeletConfig returns the kubelet's configuration.
func (c NodeConfig) KubeletConfig() ([]byte, error) {
	no, yes, zero := false, true, int32(0)
	config := v1beta1.KubeletConfiguration{
		TypeMeta:                 metav1.TypeMeta{APIVersion: v1beta1.SchemeGroupVersion.String(), Kind: "KubeletConfiguration"},
		ContainerRuntimeEndpoint: "unix://" + ContainerdSocket,
		Authentication: v1beta1.KubeletAuthentication{
			Anonymous: v1beta1.KubeletAnonymousAuthentication{Enabled: &no},
			Webhook:   v1beta1.KubeletWebhookAuthentication{Enabled: &yes},
			X509:      v1beta1.KubeletX509Authentication{ClientCAFile: PKIDir + "/ca.crt"},
		},
		Authorization: v1beta1.KubeletAuthorization{Mode: v1beta1.KubeletAuthorizationModeWebhook},
		Address:       c.Range.NodeIP().String(),
		// By default, the kubelet issues its certificate itself, and nobody can verify it.
		TLSCertFile:       PKIDir + "/kubelet.crt",
		TLSPrivateKeyFile: PKIDir + "/kubelet.key",
		HealthzPort:       &zero,
		// With cgroupfs the node does not need systemd. All its cgroups are below one, which Stop removes.
		CgroupDriver:           "cgroupfs",
		CgroupRoot:             c.Cgroup(),
		EnforceNodeAllocatable: []string{"none"},
		FailSwapOn:             &no,
		FailCgroupV1:           &no,
		// No eviction for low disk space: a nearly full disk can still have enough space for a few models.
		EvictionHard: map[string]string{
			"memory.available": "50Mi", "nodefs.available": "0%", "nodefs.inodesFree": "0%", "imagefs.available": "0%",
		},
		ImageGCHighThresholdPercent: ptr(int32(100)), // disables image garbage collection
		PodLogsDir:                  StackDir + "/data/pod-logs",
		VolumePluginDir:             StackDir + "/data/kubelet/volume-plugins",
		// No server listens at this address, so lookups fail immediately. Without an address, every pod would get a
		// warning event and use the machine's resolver.
		ClusterDNS:                []string{c.Range.NodeIP().String()},
		ClusterDomain:             "cluster.local",
		ResolverConfig:            ptr(""),
		SerializeImagePulls:       &no,
		OOMScoreAdj:               &zero, // a lower value needs CAP_SYS_RESOURCE
		MaxPods:                   110,
		SyncFrequency:             metav1.Duration{Duration: 30 * time.Second},
		NodeStatusUpdateFrequency: metav1.Duration{Duration: 10 * time.Second},
	}
	document, err := yaml.Marshal(config)
	if err != nil {
		return nil, fmt.Errorf("kubelet's configuration: %w", err)
	}
	return document, nil
}

func ptr[T any](v T) *T { return &v }
