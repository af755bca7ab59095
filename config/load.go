package config

import (
	"github.com/creasty/defaults"
)

// Source gives the raw value of a config key, whole ("modelferry:cloud"):
// strings as they are, everything else as JSON. *pulumi.Context has one.
type Source interface {
	GetConfig(key string) (value string, ok bool)
	// Stack is the stack's name, of which the buckets' default names are made.
	Stack() string
}

// Load reads a stack's config, fills in the defaults and checks every rule.
//
// keys are all keys that the stack's config has, so that a misspelt one is
// found; without them (nil) only the keys that the program knows are read.
// The error is of type Faults and holds everything that is wrong, not just
// the first thing.
func Load(source Source, keys []string) (Config, error) {
	var c Config
	// The types' own defaults, for what the config does not mention at all.
	if err := defaults.Set(&c); err != nil {
		return Config{}, err
	}
	faults, unknown := decode(source, keys, &c)
	c.GCP.Project, _ = source.GetConfig("gcp:project")
	c.GCP.Region, _ = source.GetConfig("gcp:region")
	c.AWS.Region, _ = source.GetConfig("aws:region")
	for name, service := range c.Services {
		c.Services[name] = service.withNames(name)
	}
	if c.Identity == "" && c.Cloud == EKS {
		c.Identity = IRSA
	}
	c.GPU = c.GPU.withDefaults(c.Cloud)
	if c.Cluster.Create != nil {
		*c.Cluster.Create = c.Cluster.Create.withDefaults(c.Cloud)
	}
	var broken Faults
	c.check(&broken)
	c.checkBucketNames(&broken, source.Stack())
	faults.mergeUnrelated(broken)
	faults = append(faults, unknown...)
	if err := faults.err(); err != nil {
		return Config{}, err
	}
	return c, nil
}
