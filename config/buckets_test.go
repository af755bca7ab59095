package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
)

// namedStack is a config source with a stack name.
type namedStack struct {
	configtest.Settings
	name string
}

func (s namedStack) Stack() string { return s.name }

// invalidBucketNames are cases of invalid default bucket names, which contain the stack's name.
var invalidBucketNames = []invalidCase{
	{name: "default bucket name too long on gke", stack: "gke", stackName: strings.Repeat("b", 36),
		want: []string{`modelferry:buckets.accessLogs: Invalid value: ` +
			`"modelferry-demo-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb-access-logs": must be set, because the default name is too ` +
			`long: it has 64 characters, the limit is 63`}},
	{name: "default bucket name too long on eks", stack: "eks", stackName: strings.Repeat("b", 29),
		want: []string{`modelferry:buckets.accessLogs: Invalid value: ` +
			`"ACCOUNT-eu-west-1-bbbbbbbbbbbbbbbbbbbbbbbbbbbbb-access-logs": must be set, because the default name is too long: ` +
			`it has 64 characters, the limit is 63`}},
	{name: "default bucket name with capitals", stack: "eks", stackName: "Blue",
		set: map[string]any{"buckets.accessLogs": "our-logs", "buckets.models": "our-models"},
		want: []string{`modelferry:buckets.datasets: Invalid value: "ACCOUNT-eu-west-1-Blue-datasets": must be set, because ` +
			`the default name is invalid: it may contain only lower case letters, digits, hyphens and dots`}},
	{name: "default bucket name with capitals of the maximum length", stack: "gke", stackName: strings.Repeat("B", 35),
		set: map[string]any{"buckets.models": "our-models", "buckets.datasets": "our-datasets"},
		want: []string{`modelferry:buckets.accessLogs: Invalid value: "modelferry-demo-` + strings.Repeat("B", 35) + `-access-logs": ` +
			`must be set, because the default name is invalid: it may contain only lower case letters, digits, hyphens and dots`}},
}

func TestLoad_defaultBucketNames(t *testing.T) {
	for _, test := range []struct {
		name, cloud, stack string
		set                map[string]any
	}{
		{name: "repository's stack", cloud: "gke", stack: "gke"},
		{name: "longest stack name on gke", cloud: "gke", stack: strings.Repeat("b", 35)},
		{name: "longest stack name on eks", cloud: "eks", stack: strings.Repeat("b", 28)},
		{name: "bucket name configured", cloud: "eks", stack: strings.Repeat("b", 29),
			set: map[string]any{"buckets.accessLogs": "our-logs"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			settings, err := configtest.RepositoryStack(test.cloud)
			require.NoError(t, err)
			for path, value := range test.set {
				settings.Set(path, value)
			}
			_, err = config.Load(namedStack{settings, test.stack}, settings.Keys())
			require.NoError(t, err)
		})
	}
}

// Access logs that are deleted at the age at which they would move do not move.
func TestBuckets_accessLogColdAfterDays(t *testing.T) {
	for _, stack := range repositoryStacks {
		for coldAfterDays, want := range map[int]int{39: 39, 40: 0, 41: 0} {
			c := load(t, stack, map[string]any{"buckets.coldAfterDays": coldAfterDays, "buckets.logDays": 40})
			require.Equal(t, want, c.Buckets.AccessLogColdAfterDays(), "%s: %d days", stack, coldAfterDays)
		}
	}
}
