package config_test

import (
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"pgregory.net/rapid"

	"github.com/modelferry/modelferry/config"
)

// paths generates valid and invalid paths.
func paths() *rapid.Generator[string] {
	part := rapid.SampledFrom([]string{"churn", "model.joblib", "m.tar.gz", "a", "b", "c", "data", "raw", "v1", "..", ".", "",
		"...", ".hidden", `a\b`, "a\nb", "*", "${x}", "ä"})
	return rapid.Custom(func(t *rapid.T) string {
		joined := strings.Join(rapid.SliceOfN(part, 0, 3).Draw(t, "parts"), "/")
		prefix := rapid.SampledFrom([]string{"", "churn/", "churn/", "/"}).Draw(t, "prefix")
		return prefix + joined + rapid.SampledFrom([]string{"", "", "/"}).Draw(t, "suffix")
	})
}

// checkBothOutcomes checks a property that returns whether the config was valid. It requires both valid and invalid
// configs.
func checkBothOutcomes(t *testing.T, property func(t *rapid.T) bool) {
	t.Helper()
	var valid, invalid int
	rapid.Check(t, func(t *rapid.T) {
		if property(t) {
			valid++
		} else {
			invalid++
		}
	})
	require.NotZero(t, valid, "no config was valid")
	require.NotZero(t, invalid, "no config was invalid")
}

func TestLoad_validPathStaysInPrefix(t *testing.T) {
	checkBothOutcomes(t, func(t *rapid.T) bool {
		s := minimalConfig()
		key := paths().Draw(t, "path")
		s.Set("releases.churn.artifacts.model.path", key)
		if _, err := config.Load(s, nil); err != nil {
			return false
		}
		require.True(t, filepath.IsLocal(key), key)
		require.True(t, strings.HasPrefix(path.Clean(key), "churn/"), key)
		return true
	})
}

func TestLoad_validArtifactStaysInModelFolder(t *testing.T) {
	checkBothOutcomes(t, func(t *rapid.T) bool {
		s := minimalConfig()
		s.Set("services.churn.artifacts.model.dest", paths().Draw(t, "dest"))
		s.Set("services.churn.artifacts.model.extract", rapid.Bool().Draw(t, "extract"))
		s.Set("releases.churn.artifacts.model.path", paths().Draw(t, "path"))
		c, err := config.Load(s, nil)
		if err != nil {
			return false
		}
		artifact := c.Workloads()[0].Artifacts[0]
		for _, file := range []string{artifact.File, artifact.ServerPath()} {
			require.True(t, filepath.IsLocal(file), file)
			require.Equal(t, path.Clean(file), file)
		}
		require.False(
			t,
			strings.HasPrefix(artifact.File, "."),
			"names that begin with a dot are reserved for the fetcher: %s",
			artifact.File,
		)
		return true
	})
}

// A service must not read the objects of another service. Load rejects a prefix that begins with another prefix, or
// that is a pattern in an IAM policy.
func TestLoad_validPrefixesAreDisjoint(t *testing.T) {
	prefix := rapid.OneOf(paths(), rapid.StringMatching(`[ab](/[ab]){0,2}/`))
	checkBothOutcomes(t, func(t *rapid.T) bool {
		s := minimalConfig()
		for _, name := range []string{"one", "two"} {
			value := prefix.Draw(t, name)
			s.Set("services."+name+".prefix", value)
			s.Set("services."+name+".artifacts.model.dest", "model.joblib")
			s.Set("releases."+name+".image", "registry.example/server:1")
			s.Set("releases."+name+".artifacts.model.path", value+"model.joblib")
			s.Set("releases."+name+".artifacts.model.size", "1MB")
		}
		c, err := config.Load(s, nil)
		if err != nil {
			return false
		}
		one, two := c.Services["one"].Prefix, c.Services["two"].Prefix
		require.False(t, strings.HasPrefix(one, two) || strings.HasPrefix(two, one), "%s %s", one, two)
		require.False(t, strings.ContainsAny(one+two, "*?$"), "%s %s", one, two)
		return true
	})
}

// Load returns a config or a ValidationError for any values.
func TestLoad_anyConfig(t *testing.T) {
	value := rapid.OneOf(
		rapid.Just[any](nil), rapid.Just[any]([]any{}), rapid.Just[any]([]any{nil, 1}),
		rapid.Map(rapid.Just(0), func(int) any { return map[string]any{} }), // a new one for each draw
		rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.Int(), func(n int) any { return n }),
		rapid.Map(rapid.Float64Range(-1e300, 1e300), func(n float64) any { return n }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
	)
	keys := rapid.SampledFrom([]string{
		"cloud", "namespace", "cluster", "cluster.create", "cluster.create.nodes", "cluster.create.nodes.min",
		"cluster.create.authorizedNetworks",
		"buckets", "buckets.models", "endpoints.storage", "fetcher", "fetcher.timeout", "fetcher.resources.limits", "rollout.deadline",
		"services", "services.churn", "services.churn.port", "services.churn.artifacts", "services.churn.artifacts.model",
		"services.churn.artifacts.model.dest",
		"services.churn.env", "services.churn.env.A", "services.churn.backends", "services.churn.backends.b",
		"services.churn.autoscaling", "services.new",
		"releases", "releases.churn", "releases.churn.artifacts.model", "releases.churn.artifacts.model.size",
		"releases.churn.backend", "releases.new", "new",
	})
	rapid.Check(t, func(t *rapid.T) {
		s := minimalConfig()
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			s.Set(keys.Draw(t, "key"), value.Draw(t, "value"))
		}
		_, err := config.Load(s, s.Keys())
		if err != nil {
			requireValidationError(t, err)
		}
	})
}

// requireValidationError checks properties of every error of Load: each error names a key and they are sorted, without
// duplicates.
func requireValidationError(t require.TestingT, err error) {
	var validationErr *config.ValidationError
	require.ErrorAs(t, err, &validationErr)
	require.NotEmpty(t, validationErr.Errors)
	seen := map[string]bool{}
	for _, err := range validationErr.Errors {
		require.NotEmpty(t, err.Field, err)
		require.NotEmpty(t, err.Detail, err)
		require.NotEqual(t, field.ErrorTypeInternal, err.Type, err)
		require.False(t, seen[err.Error()], "duplicate: %v", err)
		seen[err.Error()] = true
	}
	require.True(t, slices.IsSortedFunc(validationErr.Errors, func(a, b *field.Error) int { return strings.Compare(a.Field, b.Field) }))
}
