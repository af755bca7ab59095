package config

import (
	"github.com/creasty/defaults"

	"github.com/modelferry/modelferry/config/internal/decode"
)

// Source gives the raw value of a whole config key (modelferry:cloud): text as
// it is, everything else as JSON. *pulumi.Context implements it.
type Source interface {
	GetConfig(key string) (value string, ok bool)
	// Stack returns the stack's name. The default names of the buckets contain it.
	Stack() string
}

// Load reads a stack's config, fills in the defaults and applies every rule.
//
// keys are all keys that are set in the stack's config, so that an unknown one
// is found; with nil only the known keys are read. The error is a
// *ValidationError that holds every problem, not just the first one.
func Load(source Source, keys []string) (Config, error) {
	var c Config
	// decode.Into sets the defaults of the objects that the config has, this call those of all others.
	if err := defaults.Set(&c); err != nil {
		return Config{}, err
	}
	errs, unknown := decode.Into(&c, decode.Source{Namespace: Namespace, Get: source.GetConfig, Keys: keys})
	c.readProviderKeys(source)
	c.setDefaults()
	errs = appendIndependent(errs, c.validate(source.Stack()))
	if err := NewValidationError(append(errs, unknown...)); err != nil {
		return Config{}, err
	}
	return c, nil
}

// setDefaults fills in the defaults that follow from other values.
func (c *Config) setDefaults() {
	for name, service := range c.Services {
		c.Services[name] = service.withNames(name)
	}
	if c.Cluster.Create != nil {
		c.Cluster.Create.Network.setDefaults()
	}
	if p, ok := platforms[c.Cloud]; ok {
		p.setDefaults(c)
	}
}
