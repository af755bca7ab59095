package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Paths in containers, buckets and URLs: clean, inside the directory that they are joined to, and not inside another
// one. A path that only begins with the same letters is not inside.
func TestPaths(t *testing.T) {
	below := map[string]any{"services.bankchurn.modelFolder": "/srv/models", "services.nlpinsight.modelFolder": "/srv/models"}
	for _, test := range []struct {
		key               string
		set               map[string]any
		accepted, refused []string
	}{
		{"services.NAME.modelFolder", nil, []string{"/models", "/a/b", "/tmp2", "/tmp2/models", "/a/tmp"},
			[]string{"", "/", "models", "/tmp", "/tmp/a", "/a/", "/a//b", "/a/../b", "/a/.", "//a"}},
		{"services.NAME.artifacts.NAME.mount", nil, []string{"/models2", "/models2/a", "/data", "/tmp2", "/a/models"},
			[]string{"/", "data", "/models", "/models/a", "/tmp", "/tmp/a", "/data/", "/data//a", "/data/../models", "//data"}},
		{"services.NAME.artifacts.NAME.mount", below, []string{"/srv2", "/srv/models2", "/srv/a", "/models"},
			[]string{"/srv", "/srv/models", "/srv/models/a"}},
		{"services.NAME.artifacts.NAME.dest", nil, []string{"a", "a/", "a/b", "a/.b", "a/..b"},
			[]string{"", ".", "..", "./", "../", "../a", "./a", "/a", "a//b", "a/../b", "a/..", "a/.", ".a", "/"}},
		{"releases.NAME.artifacts.NAME.path", nil, []string{"PREFIX/a", "PREFIX/a/b", "PREFIX/.a"},
			[]string{"", "PREFIX", "PREFIX/", "PREFIX/a/", "PREFIX/../a", "PREFIX//a", "PREFIX/.", "/PREFIX/a", "PREFIX2/a", "../PREFIX/a"}},
		{"services.NAME.prefix", noReleases, []string{"a/", "a/b/", ".a/"},
			[]string{"a", "/", "/a/", "./", "../", "a/../", "a/../b/", "a//", "a/./"}},
		{"services.NAME.path", nil, []string{"/a", "/a/b", "/.a"}, []string{"/", "a", "/a/", "/a//b", "/.", "/..", "/a/../b", "//a"}},
		{"services.NAME.health.path", nil, []string{"/", "/a", "/a/", "/a?b=c"}, []string{"", "a", "?a", "http://a/"}},
		{"services.NAME.metrics", nil, []string{"-", "/", "/a", "/a/"}, []string{"", "a", "/a?b=c", "--"}},
	} {
		for _, key := range withBackend(test.key) {
			for _, stack := range repositoryStacks {
				t.Run(key+"/"+stack, func(t *testing.T) {
					for path, want := range pathCases(key, test.accepted, test.refused) {
						require.Equal(t, want, accepts(t, stack, key, path, test.set), path)
					}
				})
			}
		}
	}
}

// withBackend returns a key of an artifact, and the same key of a backend's artifact. Other keys it returns alone.
func withBackend(key string) []string {
	parent, artifact, found := strings.Cut(key, ".artifacts.")
	if !found {
		return []string{key}
	}
	return []string{key, parent + ".backends.NAME.artifacts." + artifact}
}

// pathCases returns the paths with whether they are accepted. PREFIX stands for the prefix of the key's service.
func pathCases(key string, accepted, refused []string) map[string]bool {
	service := strings.Split(exampleKey(key), ".")[1]
	cases := map[string]bool{}
	for _, path := range refused {
		cases[strings.ReplaceAll(path, "PREFIX", service)] = false
	}
	for _, path := range accepted {
		cases[strings.ReplaceAll(path, "PREFIX", service)] = true
	}
	return cases
}
