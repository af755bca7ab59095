package components

import "strings"

// controllers are the controllers that stacks need. Those of volumes, certificate requests, devices and migrations are
// disabled, because no stack has such objects and their watches cost memory.
var controllers = []string{
	"clusterrole-aggregation-controller",
	"cronjob-controller",
	"daemonset-controller",
	"deployment-controller",
	"disruption-controller",
	"endpointslice-controller",
	"endpoints-controller",
	"garbage-collector-controller",
	"horizontal-pod-autoscaler-controller",
	"job-controller",
	"namespace-controller",
	"node-lifecycle-controller",
	"pod-garbage-collector-controller",
	"replicaset-controller",
	"resourcequota-controller",
	"root-ca-certificate-publisher-controller",
	"serviceaccount-controller",
	"serviceaccount-token-controller",
	"statefulset-controller",
	"taint-eviction-controller",
	"ttl-after-finished-controller",
}

// ControllerManager returns the kube-controller-manager process.
func (c NodeConfig) ControllerManager() Process {
	return kubeProcess("kube-controller-manager", 128,
		"--kubeconfig="+ConfigDir+"/kube-controller-manager.kubeconfig",
		"--controllers="+strings.Join(controllers, ","),
		"--service-account-private-key-file="+PKIDir+"/service-account.key",
		"--root-ca-file="+PKIDir+"/ca.crt",
		// There is a single instance.
		"--leader-elect=false",
		"--secure-port=0",
		// A rollout sends bursts of small requests.
		"--kube-api-qps=100",
		"--kube-api-burst=200",
		"--profiling=false",
	)
}
