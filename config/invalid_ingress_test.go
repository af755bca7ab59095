package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
)

const certificateARN = "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b"

// ingressFor returns an ingress with all required keys.
func ingressFor(stack string) map[string]any {
	certificate := map[string]string{"gke": "models", "eks": certificateARN}[stack]
	return map[string]any{"host": "models.example.com", "certificate": certificate}
}

// withIngress adds an ingress to settings. Keys that begin with ingress. change the ingress.
func withIngress(stack string, set map[string]any) map[string]any {
	settings := map[string]any{"ingress": ingressFor(stack)}
	for key, value := range set {
		if name, ok := strings.CutPrefix(key, "ingress."); ok {
			settings["ingress"].(map[string]any)[name] = value
			continue
		}
		settings[key] = value
	}
	return settings
}

// invalidIngresses are cases of an invalid ingress and of invalid service paths.
var invalidIngresses = []invalidCase{
	{name: "ingress without host and certificate", set: map[string]any{"ingress": object},
		want: []string{
			`modelferry:ingress.certificate: Required value: must be set: there is no ingress without TLS`,
			`modelferry:ingress.host: Required value: must be set`,
		}},
	{name: "URL for a host", set: map[string]any{"ingress.host": "https://models.example.com"},
		want: []string{`modelferry:ingress.host: Invalid value: "https://models.example.com": must be a host name in lower ` +
			`case, without scheme, port or wildcard`}},
	{name: "ARN for a certificate on gke", stack: "gke", set: map[string]any{"ingress": map[string]any{"host": "models.example.com",
		"certificate": certificateARN}},
		want: []string{`modelferry:ingress.certificate: Invalid value: "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b": ` +
			`must be the name of a Compute Engine SSL certificate (gcloud compute ssl-certificates list)`}},
	{name: "certificate name on eks", stack: "eks", set: map[string]any{"ingress": map[string]any{"host": "models.example.com",
		"certificate": "models"}},
		want: []string{`modelferry:ingress.certificate: Invalid value: "models": must be the ARN of an ACM certificate: ` +
			`arn:aws:acm:REGION:ACCOUNT:certificate/ID`}},
	{name: "certificate of another region", stack: "eks", set: withIngress("eks", map[string]any{"aws:region": "us-east-1"}),
		want: []string{`modelferry:ingress.certificate: Invalid value: "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b": ` +
			`must be a certificate in us-east-1, the load balancer's region`}},
	{name: "ingress address on eks", stack: "eks", set: withIngress("eks", map[string]any{"ingress.address": "models"}),
		want: []string{`modelferry:ingress.address: Forbidden: only supported on gke, and this stack is on eks: remove it`}},
	{name: "ingress class on gke, invalid address", stack: "gke", set: withIngress("gke", map[string]any{"ingress.class": "alb",
		"ingress.address": "198.51.100.7"}),
		want: []string{
			`modelferry:ingress.address: Invalid value: "198.51.100.7": must be the name of a reserved address: a letter, then ` +
				`up to 62 lower case letters, digits and hyphens`,
			`modelferry:ingress.class: Forbidden: only supported on eks, and this stack is on gke: remove it`,
		}},
	{name: "invalid ingress class", stack: "eks", set: withIngress("eks", map[string]any{"ingress.class": "My ALB"}),
		want: []string{`modelferry:ingress.class: Invalid value: "My ALB": must be the name of an IngressClass: lower case ` +
			`letters, digits and hyphens`}},
	{name: "invalid ingress sources", set: map[string]any{"ingress.sources": []any{"10.0.0.0/16", "10.0.0.1/16", "0.0.0.0/0"}},
		want: []string{
			`modelferry:ingress.sources[1]: Invalid value: "10.0.0.1/16": must be an address range in CIDR notation, such as ` +
				`10.0.0.0/16`,
			`modelferry:ingress.sources[2]: Forbidden: 0.0.0.0/0 opens the pods to everyone: set narrower ranges`,
		}},
	{name: "internal ingress without sources on gke", stack: "gke", set: withIngress("gke", map[string]any{"ingress.internal": true}),
		want: []string{`modelferry:ingress.sources: Required value: must be the range of the VPC's proxy-only subnet, where the ` +
			`requests of an internal load balancer come from`}},
	{name: "ingress without sources on an existing eks cluster", stack: "eks", set: withIngress("eks",
		map[string]any{"cluster": map[string]any{"existing": "shared"}}),
		want: []string{`modelferry:ingress.sources: Required value: must be the ranges of the cluster's VPC, where the requests ` +
			`of its load balancers come from`}},
	{name: "ingress without sources in an existing vpc", stack: "eks", set: withIngress("eks",
		map[string]any{"cluster.create.network.existing": existingEKSNetwork}),
		want: []string{`modelferry:ingress.sources: Required value: must be the ranges of the cluster's VPC, where the requests ` +
			`of its load balancers come from`}},
	{name: "path differs from the server's root path", set: map[string]any{
		"ingress.internal": false, "services.bankchurn.path": "/churn"},
		want: []string{`modelferry:services.bankchurn.path: Invalid value: "/churn": must be "/bankchurn", the value of ` +
			`env.API_ROOT_PATH: the server answers at no other path`}},
	{name: "invalid service paths", set: map[string]any{
		"services.bankchurn.path": "bankchurn", "services.nlpinsight.path": "/", "services.chicagotaxi.path": "/taxi/*"},
		want: []string{
			`modelferry:services.bankchurn.path: Invalid value: "bankchurn": must have the form /FOLDER, with letters, digits and . _ ~ - only`,
			`modelferry:services.chicagotaxi.path: Invalid value: "/taxi/*": must have the form /FOLDER, with letters, digits and . _ ~ - only`,
			`modelferry:services.nlpinsight.path: Invalid value: "/": must have the form /FOLDER, with letters, digits and . _ ~ - only`,
		}},
	{name: "duplicate service path", set: map[string]any{"services.nlpinsight.path": "/bankchurn"},
		want: []string{`modelferry:services.nlpinsight.path: Duplicate value: "/bankchurn": already in ` +
			`modelferry:services.bankchurn.path: each service needs its own`}},
}

// invalidMonitoring are cases of invalid monitoring.
var invalidMonitoring = []invalidCase{
	{name: "invalid monitoring", set: map[string]any{"monitoring": map[string]any{
		"interval": "1500ms", "labels": map[string]any{"release": "a b", "-x": "y"}}},
		want: []string{
			`modelferry:monitoring.interval: Invalid value: "1.5s": must be whole seconds, at least 1s`,
			`modelferry:monitoring.labels.-x: Invalid value: "-x": must be a label name: name part must consist of alphanumeric ` +
				`characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or ` +
				`'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
			`modelferry:monitoring.labels.release: Invalid value: "a b": must be a label value: a valid label must be an empty ` +
				`string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric ` +
				`character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is ` +
				`'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
		}},
	{name: "PodMonitorings of another cloud", stack: "eks", set: map[string]any{"monitoring.podMonitorings": true},
		want: []string{`modelferry:monitoring.podMonitorings: Forbidden: only supported on gke, and this stack is on eks: remove it`}},
}

func TestLoad_validIngress(t *testing.T) {
	for name, set := range map[string]map[string]any{
		"gke": withIngress("gke", map[string]any{"ingress.address": "models", "ingress.sources": []any{"10.9.0.0/24"},
			"ingress.internal": true}),
		"eks": withIngress("eks", map[string]any{"ingress.class": "internal", "ingress.internal": true}),
	} {
		t.Run(name, func(t *testing.T) { require.NotNil(t, load(t, name, set).Ingress) })
	}
	t.Run("sources optional without network policy", func(t *testing.T) {
		load(t, "gke", withIngress("gke", map[string]any{"ingress.internal": true, "networkPolicy.enabled": false}))
	})
	t.Run("path without root path variable", func(t *testing.T) {
		c := load(t, "gke", withIngress("gke", map[string]any{"services.bankchurn.path": "/churn", "services.bankchurn.env": nil}))
		require.Equal(t, "/churn", c.Services["bankchurn"].Path)
		require.Equal(t, config.RootPathEnvVar, "API_ROOT_PATH")
	})
}
