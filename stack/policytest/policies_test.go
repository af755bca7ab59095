package policytest

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// verdicts are the expected verdicts of connections: true for allowed. SERVICE stands for each service, and OTHER for
// another one.
type verdicts map[connection]bool

var services = []string{"bankchurn", "chicagotaxi", "nlpinsight"}

// Addresses outside of the cluster.
const (
	objectStore    = "142.250.74.91" // a public one
	storeEndpoint  = "10.213.0.2"    // endpoints.storage
	metadataServer = "169.254.169.254"
	calicoMetadata = "169.254.169.252" // of the GKE metadata server, with Calico
	podIdentity    = "169.254.170.23"
	nodeLocalDNS   = "169.254.20.10"
	apiServer      = "172.16.0.2"
	apiServiceIP   = "10.100.0.1"
	node           = "10.132.0.5"
	vpcEndpoint    = "10.8.3.4"
	vpn            = "10.9.0.7"
	outsider       = "198.51.100.7"
	googleFrontEnd = "35.191.3.4"
	vpcAddress     = "10.0.44.5" // in the VPC that the EKS stack creates
)

// defaults are the verdicts of a stack without options. The policies are evaluated as pods see them: a Service's
// cluster IP is already replaced by the address of a pod. Traffic from a pod's own node, such as a probe, is always
// allowed, and no packet of this test:
// https://kubernetes.io/docs/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation
var defaults = verdicts{
	{"SERVICE", objectStore, "443"}: true,
	{"SERVICE", objectStore, "80"}:  false,
	{"SERVICE", objectStore, "25"}:  false,
	{"SERVICE", objectStore, "53"}:  false,

	{"SERVICE", "kube-system/kube-dns", "53"}:           true,
	{"SERVICE", "kube-system/kube-dns", "53/udp"}:       true,
	{"SERVICE", "kube-system/kube-dns", "9153"}:         false,
	{"SERVICE", "kube-system/metrics-server", "53/udp"}: false,
	{"SERVICE", "kube-system/metrics-server", "443"}:    false,
	{"SERVICE", "default/kube-dns", "53/udp"}:           false,
	{"SERVICE", nodeLocalDNS, "53/udp"}:                 true,
	{"SERVICE", nodeLocalDNS, "53"}:                     true,
	{"SERVICE", nodeLocalDNS, "80"}:                     false,
	{"SERVICE", metadataServer, "53/udp"}:               true, // Cloud DNS for GKE
	{"SERVICE", metadataServer, "53"}:                   true,

	{"SERVICE", metadataServer, "443"}: false,
	{"SERVICE", calicoMetadata, "80"}:  false,
	{"SERVICE", podIdentity, "80"}:     false,
	{"SERVICE", podIdentity, "443"}:    false,

	{"SERVICE", "OTHER", "8000"}:         false,
	{"SERVICE", "default/client", "443"}: false,
	{"SERVICE", apiServer, "443"}:        false,
	{"SERVICE", apiServiceIP, "443"}:     false,
	{"SERVICE", node, "10250"}:           false,
	{"SERVICE", node, "443"}:             false,
	{"SERVICE", vpcEndpoint, "443"}:      false,
	{"SERVICE", vpcEndpoint, "80"}:       false,
	{"SERVICE", storeEndpoint, "9000"}:   false,
	{"SERVICE", storeEndpoint, "9443"}:   false,

	{"gateways/gateway", "SERVICE", "8000"}:         true,
	{"gateways/gateway", "SERVICE", "8080"}:         false,
	{"gateways/gateway", "SERVICE", "8000/udp"}:     false,
	{"monitoring/prometheus", "SERVICE", "8000"}:    true,
	{"default/client", "SERVICE", "8000"}:           true,
	{"gke-gmp-system/collector", "SERVICE", "8000"}: true,
	{"gke-gmp-system/collector", "SERVICE", "8001"}: false,
	{"gmp-system/collector", "SERVICE", "8000"}:     true,
	{"default/client", "SERVICE", "22"}:             false,
	{outsider, "SERVICE", "8000"}:                   false,
	{node, "SERVICE", "8000"}:                       false, // another node than the pod's
	{vpn, "SERVICE", "8000"}:                        false,
	{"10.9.1.7", "SERVICE", "8000"}:                 false,
	{vpn, "SERVICE", "8080"}:                        false,
	{googleFrontEnd, "SERVICE", "8000"}:             false,
	{vpcAddress, "SERVICE", "8000"}:                 false,

	// A pod of the namespace that belongs to no service.
	{"ml-portfolio/debug", objectStore, "443"}:             false,
	{"ml-portfolio/debug", "kube-system/kube-dns", "53"}:   false,
	{"ml-portfolio/debug", metadataServer, "80"}:           false,
	{"ml-portfolio/debug", "SERVICE", "8000"}:              false,
	{"gateways/gateway", "ml-portfolio/debug", "8000"}:     false,
	{"SERVICE", "ml-portfolio/debug", "443"}:               false,
	{"gateways/gateway", "kube-system/kube-dns", "53/udp"}: true, // the program's policies end at its namespace
}

// cloudDefaults are those that differ between the clouds.
var cloudDefaults = map[string]verdicts{
	"gke": {
		{"SERVICE", metadataServer, "80"}:  true,
		{"SERVICE", calicoMetadata, "988"}: true,
	},
	"eks": {
		{"SERVICE", metadataServer, "80"}:                        false, // IMDS, with the node's role
		{"SERVICE", calicoMetadata, "988"}:                       false,
		{"cluster-autoscaler", apiServer, "443"}:                 true,
		{"cluster-autoscaler", objectStore, "443"}:               true,
		{"cluster-autoscaler", metadataServer, "80"}:             false,
		{"cluster-autoscaler", podIdentity, "80"}:                false,
		{"cluster-autoscaler", node, "10250"}:                    false,
		{"monitoring/prometheus", "cluster-autoscaler", "8085"}:  true,
		{"monitoring/prometheus", "cluster-autoscaler", "8086"}:  false,
		{"cluster-autoscaler", "kube-system/kube-dns", "53/udp"}: true,
	},
}

// options are the options that change policies, with the verdicts that they change. All other verdicts have to stay.
var options = map[string]struct {
	// clouds that have the option. Empty for all.
	clouds  []string
	set     map[string]any
	changes verdicts
}{
	"none": {},
	"endpoints.storage": {
		set:     map[string]any{"endpoints.storage": "http://10.213.0.2:9000"},
		changes: verdicts{{"SERVICE", storeEndpoint, "9000"}: true},
	},
	"endpoints.identity": {
		clouds: []string{"eks"}, set: map[string]any{"endpoints.identity": "http://10.213.0.2:9443"},
		changes: verdicts{{"SERVICE", storeEndpoint, "9443"}: true},
	},
	"identity": {
		clouds: []string{"eks"}, set: map[string]any{"identity": "podIdentity"},
		changes: verdicts{
			{"SERVICE", podIdentity, "80"}: true, {"cluster-autoscaler", podIdentity, "80"}: true,
		},
	},
	"networkPolicy.egress": {
		set:     map[string]any{"networkPolicy.egress": []any{"10.8.0.0/16"}},
		changes: verdicts{{"SERVICE", vpcEndpoint, "443"}: true},
	},
	"networkPolicy.namespaces": {
		set: map[string]any{"networkPolicy.namespaces": []any{"monitoring", "kube-system"}},
		changes: verdicts{
			{"gateways/gateway", "SERVICE", "8000"}: false, {"default/client", "SERVICE", "8000"}: false,
			{"gke-gmp-system/collector", "SERVICE", "8000"}: false, {"gmp-system/collector", "SERVICE", "8000"}: false,
		},
	},
	"monitoring.podMonitorings": {
		clouds: []string{"gke"},
		set: map[string]any{
			"monitoring.podMonitorings": true, "networkPolicy.namespaces": []any{"monitoring", "kube-system"},
		},
		changes: verdicts{
			{"gateways/gateway", "SERVICE", "8000"}: false, {"default/client", "SERVICE", "8000"}: false,
		},
	},
	"monitoring.podMonitorings of a service without metrics": {
		clouds: []string{"gke"},
		set: map[string]any{
			"monitoring.podMonitorings": true, "networkPolicy.namespaces": []any{"monitoring", "gateways", "default", "gmp-system"},
			"services.bankchurn.metrics": "-",
		},
		changes: verdicts{{"gke-gmp-system/collector", "bankchurn", "8000"}: false},
	},
	"networkPolicy.sources": {
		set:     map[string]any{"networkPolicy.sources": []any{"10.9.0.0/24"}},
		changes: verdicts{{vpn, "SERVICE", "8000"}: true},
	},
	"ingress on GKE": {
		clouds: []string{"gke"}, set: map[string]any{"ingress": stacktest.IngressConfig(stacktest.Platforms[0])},
		changes: verdicts{{googleFrontEnd, "SERVICE", "8000"}: true},
	},
	"ingress on EKS": {
		clouds: []string{"eks"}, set: map[string]any{"ingress": stacktest.IngressConfig(stacktest.Platforms[1])},
		changes: verdicts{{vpcAddress, "SERVICE", "8000"}: true},
	},
	"ingress.sources": {
		clouds: []string{"eks"},
		set: map[string]any{
			"ingress": stacktest.Merge(stacktest.IngressConfig(stacktest.Platforms[1]), map[string]any{"sources": []any{"10.9.0.0/24"}}),
		},
		changes: verdicts{{vpn, "SERVICE", "8000"}: true},
	},
	"services.port": {
		set: map[string]any{"services.bankchurn.port": 8080},
		changes: verdicts{
			{"gateways/gateway", "bankchurn", "8000"}: false, {"monitoring/prometheus", "bankchurn", "8000"}: false,
			{"default/client", "bankchurn", "8000"}: false, {"gateways/gateway", "bankchurn", "8080"}: true,
			{"gke-gmp-system/collector", "bankchurn", "8000"}: false, {"gmp-system/collector", "bankchurn", "8000"}: false,
		},
	},
}

func TestNetworkPolicies_verdicts(t *testing.T) {
	for _, platform := range stacktest.Platforms {
		for name, option := range options {
			if len(option.clouds) > 0 && option.clouds[0] != platform.Stack {
				continue
			}
			t.Run(platform.Stack+"/"+name, func(t *testing.T) {
				want := defaults.forEachService()
				maps.Copy(want, cloudDefaults[platform.Stack].forEachService())
				for changed, allowed := range option.changes.forEachService() {
					require.Equal(t, !allowed, want[changed], "%s: the option changes nothing", changed)
					want[changed] = allowed
				}
				c := newCluster(t, platform.Stack, option.set)
				for connection, allowed := range want {
					require.Equal(t, allowed, c.allows(t, connection), connection)
				}
			})
		}
	}
}

// Without policies, everything is allowed, such as on a cluster with policies of its own.
func TestNetworkPolicies_disabled(t *testing.T) {
	for _, platform := range stacktest.Platforms {
		c := newCluster(t, platform.Stack, map[string]any{"networkPolicy.enabled": false})
		for connection := range defaults.forEachService() {
			require.True(t, c.allows(t, connection), connection)
		}
	}
}

// forEachService replaces SERVICE and OTHER.
func (v verdicts) forEachService() verdicts {
	result := verdicts{}
	for connection, allowed := range v {
		for i, service := range services {
			names := map[string]string{"SERVICE": service, "OTHER": services[(i+1)%len(services)]}
			replaced := connection
			for placeholder, name := range names {
				if replaced.from == placeholder {
					replaced.from = name
				}
				if replaced.to == placeholder {
					replaced.to = name
				}
			}
			result[replaced] = allowed
		}
	}
	return result
}
