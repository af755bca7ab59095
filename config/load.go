package config

import (
	"github.com/creasty/defaults"
)

// Source gives the raw value of a config key, whole ("modelferry:cloud"):
// strings as they are, everything else as JSON. *pulumi.Context has one.
type Source interface {
	GetConfig(key string) (value string, ok bool)
}

// Load reads a stack's config, fills in the defaults and checks every rule.
//
// keys are all keys that the stack's config has, so that a misspelt one is
// found; without them (nil) only the keys that the program knows are read.
// The error is of type Faults and holds everything that is wrong, not just
// the first thing.
func Load(source Source, keys []string) (Config, error) {
	var c Config
	var faults Faults
	// Before decoding, so that an explicit zero stays one …
	if err := defaults.Set(&c); err != nil {
		return Config{}, err
	}
	faults.merge(decode(source, keys, &c))
	c.GCP.Project, _ = source.GetConfig("gcp:project")
	c.GCP.Region, _ = source.GetConfig("gcp:region")
	c.AWS.Region, _ = source.GetConfig("aws:region")
	// … and after it for what stands in maps and behind pointers, which did not exist before.
	for name, service := range c.Services {
		if err := defaults.Set(&service); err != nil {
			return Config{}, err
		}
		c.Services[name] = service.withNames(name)
	}
	if c.Cluster.Create != nil {
		if err := defaults.Set(c.Cluster.Create); err != nil {
			return Config{}, err
		}
	}
	for name, service := range c.Services {
		for backend, variant := range service.Backends {
			if err := defaults.Set(&variant); err != nil {
				return Config{}, err
			}
			service.Backends[backend] = variant
		}
		c.Services[name] = service
	}
	c.check(&faults)
	if err := faults.err(); err != nil {
		return Config{}, err
	}
	return c, nil
}
