package engine_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/repotest"
	"github.com/modelferry/modelferry/local/internal/stackfile"
)

// releases returns the releases in the repository's stack file, of which only these services are published.
func releases(t *testing.T, stack string, published ...string) map[string]any {
	t.Helper()
	values, err := stackfile.ReadValues(repotest.Path(t, "Pulumi."+stack+".yaml"))
	require.NoError(t, err)
	all, ok := values["modelferry:releases"].(map[string]any)
	require.True(t, ok)
	for _, name := range published {
		all[name] = publish(all[name])
	}
	return all
}

// publish replaces the placeholders in a value.
func publish(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, inner := range value {
			value[key] = publish(inner)
		}
	case string:
		return strings.ReplaceAll(value, config.PlaceholderDigest, configtest.ExampleDigest)
	}
	return value
}

// steps returns the changes of a kind of resource in the form OP NAME, sorted.
func steps(summary engine.Summary, kind string) []string {
	var steps []string
	for _, step := range summary.Steps {
		if strings.HasSuffix(step.Type, ":"+kind) {
			steps = append(steps, string(step.Op)+" "+step.Name)
		}
	}
	slices.Sort(steps)
	return steps
}

// The first deployment: the platform, then the services as they are published.
func TestUp_unpublishedReleases(t *testing.T) {
	t.Parallel()
	fetcher := func(digest string) map[string]any {
		return map[string]any{"image": "registry.example/fetcher@sha256:" + digest}
	}
	for _, name := range paths.Stacks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTestStack(t, name)
			run := func(do operation, published ...string) (engine.Summary, error) {
				s.more["modelferry:releases"] = releases(t, name, published...)
				return s.run(do, nil)
			}
			s.more = map[string]any{"modelferry:fetcher": fetcher(config.PlaceholderDigest)}
			summary, err := run(up)
			require.NoError(t, err, s.out.String())
			require.Empty(t, steps(summary, "Service"))
			require.Subset(t, steps(summary, "ServiceAccount"), []string{"create bankchurn", "create chicagotaxi", "create nlpinsight"})
			require.Contains(t, s.out.String(), "modelferry:fetcher.image: pulumi up does not deploy bankchurn, chicagotaxi, nlpinsight")
			require.Contains(
				t,
				s.out.String(),
				"run modelferry release chicagotaxi model=FILE predictions=FILE --image IMAGE@sha256:DIGEST --stack "+name,
			)
			platform := s.records()

			var published []string
			s.more["modelferry:fetcher"] = fetcher(configtest.ExampleDigest)
			summary, err = run(up)
			require.NoError(t, err, s.out.String())
			require.False(t, summary.HasChanges(), "the fetcher's image alone deploys nothing: %v", summary.Steps)

			for _, deployed := range [][]string{{"create bankchurn"}, {"create chicagotaxi", "create nlpinsight"}} {
				for _, step := range deployed {
					published = append(published, strings.TrimPrefix(step, "create "))
				}
				summary, err = run(up, published...)
				require.NoError(t, err, s.out.String())
				require.Equal(t, deployed, steps(summary, "Service"))
				for _, step := range summary.Steps {
					require.Equal(t, apitype.OpCreate, step.Op, "only new resources: %v", step)
				}
				require.Equal(t, platform, s.records(), "a release changes nothing of the platform")
			}

			// A digest that was lost deletes no service. The removal of a release does.
			for _, do := range []operation{preview, up} {
				_, err = run(do, "chicagotaxi", "nlpinsight")
				require.ErrorContains(t, err, "modelferry:releases.bankchurn: Forbidden: ")
				require.ErrorContains(t, err, "the service is deployed and the update would delete it")
			}
			s.more["modelferry:fetcher"] = fetcher(config.PlaceholderDigest)
			_, err = run(preview, published...)
			require.ErrorContains(t, err, "invalid configuration (3 errors)")
			s.more["modelferry:fetcher"] = fetcher(configtest.ExampleDigest)
			remaining := releases(t, name, "chicagotaxi", "nlpinsight")
			delete(remaining, "bankchurn")
			// Overrides are merged into the stack file's values: nil removes a key.
			remaining["bankchurn"] = nil
			s.more["modelferry:releases"] = remaining
			summary, err = s.run(up, nil)
			require.NoError(t, err, s.out.String())
			require.Equal(t, []string{"delete bankchurn"}, steps(summary, "Service"))
		})
	}
}
