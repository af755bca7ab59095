package config

import (
	"reflect"
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

// platform holds what differs between the clouds. A field that only some
// clouds have has a clouds tag and needs nothing here.
type platform struct {
	// setDefaults fills in the cloud's own defaults.
	setDefaults func(c *Config)
	// validate applies the rules of the cloud alone.
	validate func(c Config) field.ErrorList
	// bucketPrefix returns what the default names of buckets begin with:
	// unique among all buckets of the cloud, "" where a key that it needs is not set.
	bucketPrefix func(c Config, account string) string
	// kmsKey and certificate are how the cloud names them.
	kmsKey, certificate nameFormat
}

var platforms = map[Cloud]platform{
	GKE: gkePlatform,
	EKS: eksPlatform,
}

// nameFormat is how a cloud names a resource.
type nameFormat struct {
	pattern *regexp.Regexp
	// format is the pattern in words: arn:aws:kms:REGION:ACCOUNT:key/ID.
	format string
}

func (n nameFormat) validate(fldPath *field.Path, value string) field.ErrorList {
	if n.pattern == nil || value == "" || n.pattern.MatchString(value) {
		return nil
	}
	return field.ErrorList{field.Invalid(fldPath, value, "must be "+n.format)}
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
	errs := c.validateProviderKeys()
	errs = append(errs, schema.Unsupported(c, func(name string) *field.Path { return Path(name) }, string(c.Cloud))...)
	return append(errs, p.validate(c)...)
}

// readProviderKeys reads the keys that belong to the clouds' Pulumi providers:
// the fields with a provider tag.
func (c *Config) readProviderKeys(source Source) {
	for key := range c.providerKeys() {
		value, _ := source.GetConfig(key.name)
		key.value.SetString(value)
	}
}

// validateProviderKeys requires the provider keys of the stack's cloud.
func (c Config) validateProviderKeys() field.ErrorList {
	var errs field.ErrorList
	for key := range c.providerKeys() {
		if key.cloud == string(c.Cloud) && key.value.String() == "" {
			errs = append(errs, field.Required(field.NewPath(key.name), "must be set"))
		}
	}
	return errs
}

type providerKey struct {
	name, cloud string
	value       reflect.Value
}

// providerKeys yields the fields with a provider tag. They are in structs that
// have a clouds tag and are no key of the project.
func (c *Config) providerKeys() func(yield func(providerKey) bool) {
	return func(yield func(providerKey) bool) {
		value := reflect.ValueOf(c).Elem()
		for i := range value.NumField() {
			structField := value.Type().Field(i)
			if schema.KeyName(structField) != "" {
				continue
			}
			for k := range value.Field(i).NumField() {
				name := structField.Type.Field(k).Tag.Get("provider")
				if !yield(providerKey{name, structField.Tag.Get("clouds"), value.Field(i).Field(k)}) {
					return
				}
			}
		}
	}
}
