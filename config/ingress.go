package config

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// Ingress is the way in from outside the cluster: a load balancer of the
// cloud's own, which ends TLS and leads each service's path to its pods.
type Ingress struct {
	// Host name that requests are for. Its DNS record is yours to make, once the load balancer has an address.
	Host string `json:"host" need:"required"`
	// Certificate of the host: the name of a Compute Engine SSL certificate (GKE), or the ARN of an ACM certificate (EKS).
	Certificate string `json:"certificate" need:"required"`
	// Whether only the VPC, and what is connected to it, gets in. Otherwise the internet does.
	Internal bool `json:"internal"`
	// Name of a reserved address: a global one, for an internal ingress a regional one (GKE). Default: an address that goes with the ingress.
	Address string `json:"address"`
	// Name of the IngressClass of the AWS Load Balancer Controller (EKS). Default: alb.
	Class string `json:"class"`
	// Address ranges that the load balancer speaks to the pods from, in CIDR notation. Default: Google's own (GKE), the network that the stack makes (EKS).
	Sources []string `json:"sources"`
}

// certificateName is how a cloud names a certificate.
var certificateName = map[Cloud]*regexp.Regexp{
	GKE: regexp.MustCompile(`^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`),
	EKS: regexp.MustCompile(`^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[A-Za-z0-9-]+$`),
}

// addressName is how Compute Engine names an address.
var addressName = certificateName[GKE]

func (c Config) checkIngress(f *Faults) {
	i := *c.Ingress
	if i.Host == "" {
		f.required("ingress.host", i.Host)
	} else if len(validation.IsDNS1123Subdomain(i.Host)) > 0 {
		f.add("ingress.host", "%q is no host's name: write it in small letters, without a scheme, a port or a *", i.Host)
	}
	if pattern, known := certificateName[c.Cloud]; i.Certificate == "" {
		f.add("ingress.certificate", "missing: set %s. Without one, requests and answers would be open to read", qualified("ingress.certificate"))
	} else if known && !pattern.MatchString(i.Certificate) {
		example := map[Cloud]string{GKE: "NAME, as gcloud compute ssl-certificates list has it", EKS: "arn:aws:acm:REGION:ACCOUNT:certificate/ID"}[c.Cloud]
		f.add("ingress.certificate", "%q is no certificate on %s: write %s", i.Certificate, c.Cloud, example)
	} else if region := strings.Split(i.Certificate, ":"); c.Cloud == EKS && c.AWS.Region != "" && region[3] != c.AWS.Region {
		f.add("ingress.certificate", "is one of region %s: a load balancer in %s takes those of its own", region[3], c.AWS.Region)
	}
	switch {
	case c.Cloud == EKS && i.Address != "":
		f.add("ingress.address", "an Application Load Balancer has no reserved address: take it out, and let the host's DNS record be an alias")
	case i.Address != "" && !addressName.MatchString(i.Address):
		f.add("ingress.address", "%q is no address's name: write a letter, then up to 62 small letters, digits and hyphens", i.Address)
	}
	switch {
	case c.Cloud == GKE && i.Class != "":
		f.add("ingress.class", "is EKS' alone: on GKE, ingress.internal says which load balancer it is")
	case i.Class != "" && len(validation.IsDNS1123Subdomain(i.Class)) > 0:
		f.add("ingress.class", "%q is no Kubernetes name: write small letters, digits and hyphens", i.Class)
	}
	c.checkSources(f)
	for _, name := range sortedKeys(c.Releases) {
		s := c.Services[name]
		if root := s.Env[RootPathEnvVar]; root != "" && root != s.Path {
			f.add("services."+name+".path", "%q is not %q, which %s tells the server: requests would find nothing there", s.Path, root, RootPathEnvVar)
		}
	}
}

// checkSources checks where the load balancer speaks from. Where it cannot be
// known, a closed network would keep it out.
func (c Config) checkSources(f *Faults) {
	for k, cidr := range c.Ingress.Sources {
		at := fmt.Sprintf("ingress.sources[%d]", k)
		if network, err := netip.ParsePrefix(cidr); err != nil || network.Masked() != network {
			f.add(at, "%q is no address range in CIDR notation", cidr)
		} else if network.Bits() == 0 {
			f.add(at, "%q opens the pods to everyone: name the load balancer's own ranges", cidr)
		}
	}
	if len(c.Ingress.Sources) > 0 || c.NetworkPolicy.Enabled == nil || !*c.NetworkPolicy.Enabled {
		return
	}
	if c.Cloud == GKE && c.Ingress.Internal {
		f.add("ingress.sources", "missing: name the range of the VPC's proxy-only subnet, which an internal load balancer speaks from")
	}
	if c.Cloud == EKS && (c.Cluster.Create == nil || c.Cluster.Create.Network.Existing != nil) {
		f.add("ingress.sources", "missing: name the ranges of the VPC that the cluster is in, which its load balancers speak from")
	}
}

// RootPathEnvVar tells a FastAPI server the path that it is reached at.
const RootPathEnvVar = "API_ROOT_PATH"

// servicePath is what both load balancers take for a prefix, and compare letter by letter.
var servicePath = regexp.MustCompile(`^(/[A-Za-z0-9._~-]+)+$`)
