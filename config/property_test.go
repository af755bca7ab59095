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
		return rapid.SampledFrom([]string{"", "churn/", "churn/", "/"}).Draw(t,
			"before") + joined + rapid.SampledFrom([]string{"", "", "/"}).Draw(t, "after")
	})
}

// checkBothOutcomes checks a property that returns whether the config was valid, and requires valid and invalid ones.
func checkBothOutcomes(t *testing.T, property func(t *rapid.T) bool) {
	t.Helper()
	var yes, no int
	rapid.Check(t, func(t *rapid.T) {
		if property(t) {
			yes++
		} else {
			no++
		}
	})
	require.NotZero(t, yes, "nothing was accepted")
	require.NotZero(t, no, "nothing was refused")
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
		live := c.Workloads()[0].Artifacts[0]
		for _, at := range []string{live.File, live.ServerPath()} {
			require.True(t, filepath.IsLocal(at), at)
			require.Equal(t, path.Clean(at), at)
		}
		require.False(t, strings.HasPrefix(live.File, "."), "the fetcher's own names are left alone: %s", live.File)
		return true
	})
}

// No service may read another's objects: a prefix of another prefix, or one
// that is a pattern in an IAM policy, is refused.
func TestLoad_validPrefixesAreDisjoint(t *testing.T) {
	prefix := rapid.OneOf(paths(), rapid.StringMatching(`[ab](/[ab]){0,2}/`))
	checkBothOutcomes(t, func(t *rapid.T) bool {
		s := minimalConfig()
		for _, name := range []string{"one", "two"} {
			its := prefix.Draw(t, name)
			s.Set("services."+name+".prefix", its)
			s.Set("services."+name+".artifacts.model.dest", "model.joblib")
			s.Set("releases."+name+".image", "registry.example/server:1")
			s.Set("releases."+name+".artifacts.model.path", its+"model.joblib")
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

// For any values Load returns a config, or errors that each name a key, in
// order and without duplicates.
func TestLoad_anyConfig(t *testing.T) {
	value := rapid.OneOf(
		rapid.Just[any](nil), rapid.Just[any]([]any{}), rapid.Just[any]([]any{nil, 1}),
		rapid.Map(rapid.Just(0), func(int) any { return map[string]any{} }), // a new one for each draw
		rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.Int(), func(n int) any { return n }),
		rapid.Map(rapid.Float64Range(-1e300, 1e300), func(n float64) any { return n }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
	)
	where := rapid.SampledFrom([]string{
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
			s.Set(where.Draw(t, "where"), value.Draw(t, "value"))
		}
		_, err := config.Load(s, s.Keys())
		if err != nil {
			requireValidationError(t, err)
		}
	})
}

// requireValidationError checks what holds of every error of Load.
func requireValidationError(t require.TestingT, err error) {
	invalid := (*config.ValidationError)(nil)
	require.ErrorAs(t, err, &invalid)
	require.NotEmpty(t, invalid.Errors)
	seen := map[string]bool{}
	for _, err := range invalid.Errors {
		require.NotEmpty(t, err.Field, err)
		require.NotEmpty(t, err.Detail, err)
		require.NotEqual(t, field.ErrorTypeInternal, err.Type, err)
		require.False(t, seen[err.Error()], "twice: %v", err)
		seen[err.Error()] = true
	}
	require.True(t, slices.IsSortedFunc(invalid.Errors, func(a, b *field.Error) int { return strings.Compare(a.Field, b.Field) }))
}
