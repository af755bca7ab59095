package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
)

const arn = "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b"

// ingressOf is a stack's way in, complete.
func ingressOf(stack string) map[string]any {
	certificate := map[string]string{"gke": "models", "eks": arn}[stack]
	return map[string]any{"host": "models.example.com", "certificate": certificate}
}

// on is an ingress with some of its keys set.
func on(stack string, set map[string]any) map[string]any {
	all := map[string]any{"ingress": ingressOf(stack)}
	for key, value := range set {
		if name, ok := strings.CutPrefix(key, "ingress."); ok {
			all["ingress"].(map[string]any)[name] = value
			continue
		}
		all[key] = value
	}
	return all
}

// ingressRules are about the way in from outside.
var ingressRules = []rule{
	{name: "ingress without host and certificate", set: map[string]any{"ingress": object},
		want: []string{
			`modelferry:ingress.certificate: missing: set modelferry:ingress.certificate. Without one, requests and answers would be open to read`,
			`modelferry:ingress.host: missing: set modelferry:ingress.host`,
		}},
	{name: "host is a URL", set: map[string]any{"ingress": map[string]any{"host": "https://models.example.com", "certificate": "models"}},
		want: []string{`modelferry:ingress.host: "https://models.example.com" is no host's name: write it in small letters, without a scheme, a port or a *`}},
	{name: "the other cloud's certificate", set: map[string]any{"ingress": map[string]any{"host": "models.example.com", "certificate": arn}},
		want: []string{`modelferry:ingress.certificate: "` + arn + `" is no certificate on gke: write NAME, as gcloud compute ssl-certificates list has it`}},
	{name: "a certificate by name on EKS", stack: "eks", set: map[string]any{"ingress": map[string]any{"host": "models.example.com", "certificate": "models"}},
		want: []string{`modelferry:ingress.certificate: "models" is no certificate on eks: write arn:aws:acm:REGION:ACCOUNT:certificate/ID`}},
	{name: "a certificate of another region", stack: "eks", set: on("eks", map[string]any{"aws:region": "us-east-1"}),
		want: []string{`modelferry:ingress.certificate: is one of region eu-west-1: a load balancer in us-east-1 takes those of its own`}},
	{name: "GKE's keys on EKS", stack: "eks", set: on("eks", map[string]any{"ingress.address": "models"}),
		want: []string{`modelferry:ingress.address: an Application Load Balancer has no reserved address: take it out, and let the host's DNS record be an alias`}},
	{name: "EKS' keys on GKE", set: on("gke", map[string]any{"ingress.class": "alb", "ingress.address": "198.51.100.7"}),
		want: []string{
			`modelferry:ingress.address: "198.51.100.7" is no address's name: write a letter, then up to 62 small letters, digits and hyphens`,
			`modelferry:ingress.class: is EKS' alone: on GKE, ingress.internal says which load balancer it is`,
		}},
	{name: "class is no name", stack: "eks", set: on("eks", map[string]any{"ingress.class": "My ALB"}),
		want: []string{`modelferry:ingress.class: "My ALB" is no Kubernetes name: write small letters, digits and hyphens`}},
	{name: "sources are no ranges", set: on("gke", map[string]any{"ingress.sources": []any{"10.0.0.0/16", "10.0.0.1/16", "0.0.0.0/0"}}),
		want: []string{
			`modelferry:ingress.sources[1]: "10.0.0.1/16" is no address range in CIDR notation`,
			`modelferry:ingress.sources[2]: "0.0.0.0/0" opens the pods to everyone: name the load balancer's own ranges`,
		}},
	{name: "an internal load balancer whose range nobody knows", set: on("gke", map[string]any{"ingress.internal": true}),
		want: []string{`modelferry:ingress.sources: missing: name the range of the VPC's proxy-only subnet, which an internal load balancer speaks from`}},
	{name: "a VPC whose range nobody knows", stack: "eks", set: on("eks", map[string]any{"cluster": map[string]any{"existing": "shared"}}),
		want: []string{`modelferry:ingress.sources: missing: name the ranges of the VPC that the cluster is in, which its load balancers speak from`}},
	{name: "a VPC that was there before the cluster", stack: "eks", set: on("eks", map[string]any{"cluster.create.network.existing": vpc}),
		want: []string{`modelferry:ingress.sources: missing: name the ranges of the VPC that the cluster is in, which its load balancers speak from`}},
	{name: "a path that the server knows nothing of", set: on("gke", map[string]any{"services.bankchurn.path": "/churn"}),
		want: []string{`modelferry:services.bankchurn.path: "/churn" is not "/bankchurn", which API_ROOT_PATH tells the server: requests would find nothing there`}},
	{name: "paths are none", set: map[string]any{
		"services.bankchurn.path": "bankchurn", "services.nlpinsight.path": "/", "services.chicagotaxi.path": "/taxi/*"},
		want: []string{
			`modelferry:services.bankchurn.path: "bankchurn" is no path to lead to a service: write /FOLDER, in letters, digits and . _ ~ -`,
			`modelferry:services.chicagotaxi.path: "/taxi/*" is no path to lead to a service: write /FOLDER, in letters, digits and . _ ~ -`,
			`modelferry:services.nlpinsight.path: "/" is no path to lead to a service: write /FOLDER, in letters, digits and . _ ~ -`,
		}},
	{name: "one path for two services", set: map[string]any{"services.nlpinsight.path": "/bankchurn"},
		want: []string{`modelferry:services.nlpinsight.path: path "/bankchurn" is services.bankchurn's already: give each service its own`}},
}

// monitoringRules are about Prometheus.
var monitoringRules = []rule{
	{name: "monitoring does not fit", set: map[string]any{"monitoring": map[string]any{
		"interval": "1500ms", "labels": map[string]any{"release": "a b", "-x": "y"}}},
		want: []string{
			`modelferry:monitoring.interval: has to be 1s or more, in whole seconds, not 1.5s`,
			`modelferry:monitoring.labels.-x: "-x" is no label's name: name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
			`modelferry:monitoring.labels.release: "a b" is no label's value: a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
		}},
}

func TestIngressThatFitsItsCloud(t *testing.T) {
	for name, set := range map[string]map[string]any{
		"gke": on("gke", map[string]any{"ingress.address": "models", "ingress.sources": []any{"10.9.0.0/24"}, "ingress.internal": true}),
		"eks": on("eks", map[string]any{"ingress.class": "internal", "ingress.internal": true}),
	} {
		t.Run(name, func(t *testing.T) { require.NotNil(t, load(t, name, set).Ingress) })
	}
	t.Run("an open network needs no sources", func(t *testing.T) {
		load(t, "gke", on("gke", map[string]any{"ingress.internal": true, "networkPolicy.enabled": false}))
	})
	t.Run("a path that no server is told of", func(t *testing.T) {
		c := load(t, "gke", on("gke", map[string]any{"services.bankchurn.path": "/churn", "services.bankchurn.env": nil}))
		require.Equal(t, "/churn", c.Services["bankchurn"].Path)
		require.Equal(t, config.RootPathEnvVar, "API_ROOT_PATH")
	})
}
