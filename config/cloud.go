package config

import (
	"regexp"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/modelferry/modelferry/config/internal/schema"
)

// Cloud is the platform that a stack runs on.
type Cloud string

// The supported clouds.
const (
	GKE Cloud = "gke"
	EKS Cloud = "eks"
)

// Clouds returns the supported clouds.
func Clouds() []Cloud { return []Cloud{GKE, EKS} }

// platform has the defaults and rules of one cloud. A field that only some clouds support has a clouds tag, and needs
// no rule here.
type platform struct {
	// setDefaults sets the defaults that only this cloud has.
	setDefaults func(c *Config)
	// validate applies the rules that only this cloud has.
	validate func(c Config) field.ErrorList
	// bucketPrefix returns the prefix of the default bucket names, which makes them globally unique. It returns "" if
	// the config lacks a key that the prefix contains.
	bucketPrefix func(c Config, account string) string
	// urlScheme is the scheme of an object's URL, such as gs.
	urlScheme string
	// nodeCapacity returns what a node of a machine type has for the services' pods, and false for an unknown type.
	nodeCapacity func(machineType string, csi bool) (nodeCapacity, bool)
	// endpointNetworks returns the networks that may connect to the private endpoint, as far as the config has them.
	endpointNetworks func(s ClusterSpec) []string
	formats          nameFormats
	newStack         NewStack
}

var platforms = map[Cloud]platform{
	GKE: gkePlatform,
	EKS: eksPlatform,
}

// URLScheme returns the scheme of the URLs of objects in the cloud's object store, such as gs, or "" for an unknown
// cloud.
func (c Cloud) URLScheme() string { return platforms[c].urlScheme }

// nameFormats are the formats in which a cloud names its resources.
type nameFormats struct {
	cluster, machineType, kmsKey, certificate nameFormat
	// registryReader is the format of those who may pull images.
	registryReader nameFormat
	// objectVersion is the version of an object in a bucket.
	objectVersion nameFormat
}

// nameFormat is the format in which a cloud names a resource.
type nameFormat struct {
	pattern *regexp.Regexp
	// description of the pattern for messages, such as "the ARN of a KMS key".
	description string
}

func (n nameFormat) validate(fldPath *field.Path, value string) field.ErrorList {
	if n.pattern == nil || value == "" || n.pattern.MatchString(value) {
		return nil
	}
	return field.ErrorList{field.Invalid(fldPath, value, "must be "+n.description)}
}

// validateCloud applies the rules that depend on the cloud.
func (c Config) validateCloud() field.ErrorList {
	if c.Cloud == "" {
		return field.ErrorList{field.Required(Path("cloud"), "must be set")}
	}
	p, ok := platforms[c.Cloud]
	if !ok {
		return field.ErrorList{field.NotSupported(Path("cloud"), c.Cloud, Clouds())}
	}
	errs := schema.Unsupported(c, func(name string) *field.Path { return Path(name) }, string(c.Cloud))
	return append(errs, p.validate(c)...)
}
