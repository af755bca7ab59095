package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
)

// onStack is a config of a stack of that name.
type onStack struct {
	configtest.Settings
	name string
}

func (s onStack) Stack() string { return s.name }

// bucketNameRules are about the buckets' default names. They grow with what
// others have named: a cloud refuses them when half of the stack is made.
var bucketNameRules = []rule{
	{name: "one letter too many on gke", named: strings.Repeat("b", 36), want: []string{
		"modelferry:buckets.accessLogs: the default name, modelferry-demo-" + strings.Repeat("b", 36) + "-access-logs, has 64 characters, " +
			"and a bucket's has 63 at most: name the bucket here, or the stack shorter than " + strings.Repeat("b", 36),
	}},
	{name: "one letter too many on eks", stack: "eks", named: strings.Repeat("b", 29), want: []string{
		"modelferry:buckets.accessLogs: the default name, ACCOUNT-eu-west-1-" + strings.Repeat("b", 29) + "-access-logs, has 64 characters, " +
			"and a bucket's has 63 at most: name the bucket here, or the stack shorter than " + strings.Repeat("b", 29),
	}},
	{name: "capitals", stack: "eks", named: "Blue", set: map[string]any{"buckets.accessLogs": "our-logs", "buckets.models": "our-models"}, want: []string{
		"modelferry:buckets.datasets: the default name, ACCOUNT-eu-west-1-Blue-datasets, is none for a bucket, " +
			"of small letters, digits, hyphens and dots: name the bucket here, or the stack otherwise",
	}},
}

func TestDefaultBucketNamesFit(t *testing.T) {
	for _, test := range []struct {
		name, cloud, stack string
		set                map[string]any
	}{
		{name: "as in the repository", cloud: "gke", stack: "gke"},
		{name: "the longest stack on gke", cloud: "gke", stack: strings.Repeat("b", 35)},
		{name: "the longest stack on eks", cloud: "eks", stack: strings.Repeat("b", 28)},
		{name: "named here", cloud: "eks", stack: strings.Repeat("b", 29), set: map[string]any{"buckets.accessLogs": "our-logs"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			settings, err := configtest.RepositoryStack(test.cloud)
			require.NoError(t, err)
			for path, value := range test.set {
				settings.Set(path, value)
			}
			_, err = config.Load(onStack{settings, test.stack}, settings.Keys())
			require.NoError(t, err)
		})
	}
}
