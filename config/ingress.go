package config

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// RootPathEnvVar is the environment variable that sets the root path of a FastAPI server: the path at which the ingress
// serves it.
const RootPathEnvVar = "API_ROOT_PATH"

// Ingress gives access from outside the cluster. The cloud's load balancer terminates TLS, and routes the path of each
// service to its pods.
type Ingress struct {
	// Host name of the requests. Create its DNS record yourself, once the load balancer has an address.
	Host string `json:"host" need:"required"`
	// Certificate of the host: the name of a Compute Engine SSL certificate on GKE, the ARN of an ACM certificate on
	// EKS.
	Certificate string `json:"certificate" need:"required"`
	// Whether the load balancer is internal: reachable from the VPC and connected networks, not from the internet.
	Internal bool `json:"internal"`
	// Name of a reserved address: a global one, or a regional one for an internal load balancer. An Application Load
	// Balancer on EKS has no fixed address: create an alias record. Default: an ephemeral address.
	Address string `json:"address" clouds:"gke"`
	// Name of the IngressClass of the AWS Load Balancer Controller. On GKE, internal selects the class. Default: alb.
	Class string `json:"class" clouds:"eks"`
	// CIDR ranges from which the load balancer connects to the pods. Default: Google's ranges on GKE, the VPC that
	// the stack creates on EKS.
	Sources []string `json:"sources"`
}

func (i Ingress) validate(fldPath *field.Path, certificate nameFormat) field.ErrorList {
	var errs field.ErrorList
	if i.Host == "" {
		errs = append(errs, field.Required(fldPath.Child("host"), "must be set"))
	} else if len(validation.IsDNS1123Subdomain(i.Host)) > 0 {
		errs = append(errs, field.Invalid(fldPath.Child("host"), i.Host,
			"must be a host name in lower case, without scheme, port or wildcard"))
	}
	if i.Certificate == "" {
		errs = append(errs, field.Required(fldPath.Child("certificate"), "must be set: there is no ingress without TLS"))
	}
	errs = append(errs, certificate.validate(fldPath.Child("certificate"), i.Certificate)...)
	for k, cidr := range i.Sources {
		errs = append(errs, validateRestrictedCIDR(fldPath.Child("sources").Index(k), cidr, "the pods")...)
	}
	return errs
}

// needsIngressSources reports whether the network policy needs ingress.sources and the config does not set it. The
// policy would then block a load balancer whose ranges are unknown.
func (c Config) needsIngressSources() bool {
	return len(c.Ingress.Sources) == 0 && c.NetworkPolicy.Enabled != nil && *c.NetworkPolicy.Enabled
}

// validateRootPaths compares the path of each released service with the root path of its server.
func (c Config) validateRootPaths() field.ErrorList {
	var errs field.ErrorList
	for _, name := range sortedKeys(c.Releases) {
		s := c.Services[name]
		if root := s.Env[RootPathEnvVar]; root != "" && root != s.Path {
			errs = append(errs, field.Invalid(Path("services", name, "path"), s.Path,
				fmt.Sprintf("must be %q, the value of env.%s: the server answers at no other path", root, RootPathEnvVar)))
		}
	}
	return errs
}
