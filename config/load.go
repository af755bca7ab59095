package config

import (
	"slices"

	"github.com/creasty/defaults"

	"github.com/modelferry/modelferry/config/internal/decode"
)

// Source provides raw config values. *pulumi.Context implements it.
type Source interface {
	// GetConfig returns the value of a top-level key with its namespace, such as modelferry:cloud. It returns a string
	// unchanged, and any other value as JSON.
	GetConfig(key string) (value string, ok bool)
	// Stack returns the stack's name. The default names of the buckets contain it.
	Stack() string
}

// Load reads a stack's config, sets the defaults and applies every rule.
//
// keys are all keys that the stack's config sets. Load needs them to find unknown keys; if keys is nil, unknown
// top-level keys are ignored. The error is a *ValidationError that has every error, not just the first one.
func Load(source Source, keys []string) (Config, error) {
	var c Config
	// decode.Into sets the defaults of the objects in the config. This call sets those of all other objects.
	if err := defaults.Set(&c); err != nil {
		return Config{}, err
	}
	errs, unknown := decode.Into(&c, decode.Source{Namespace: Namespace, Get: source.GetConfig, Keys: keys})
	invalidProviderKeys, unknownProviderKeys := c.decodeProviderKeys(source, keys)
	c.setDefaults()
	errs = appendIndependent(append(errs, invalidProviderKeys...), c.WithUnpublished().validate(source.Stack()))
	if err := NewValidationError(slices.Concat(errs, unknown, unknownProviderKeys)); err != nil {
		return Config{}, err
	}
	return c, nil
}

// setDefaults sets the defaults that depend on other values.
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
