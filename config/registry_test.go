package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The nodes' service account reads the stack's own repository and the configured ones.
func TestWarnings_imageAccess(t *testing.T) {
	const (
		digest = "@sha256:0123456789012345678901234567890123456789012345678901234567890123"
		shared = "europe-docker.pkg.dev/images/ml/"
	)
	fetcher := map[string]any{"fetcher.image": shared + "fetcher" + digest}
	warning := func(key, repository string) string {
		return "modelferry:" + key + ": unless it is public, the nodes cannot pull from " + repository +
			`: add it to modelferry:cluster.create.imageRepositories (docs/operations.md, "Image access")`
	}
	const own, sharedRepository = "projects/modelferry-demo/locations/europe-west1/repositories/modelferry",
		"projects/images/locations/europe/repositories/ml"
	for _, test := range []struct {
		name, stack string
		set         map[string]any
		want        []string
	}{
		{"the stack's repository", "gke", nil, nil},
		{"a repository of the stack that does not exist", "gke", map[string]any{"registry.create": false}, []string{
			warning("fetcher.image", own), warning("releases.bankchurn.image", own), warning("releases.chicagotaxi.image", own),
			warning("releases.nlpinsight.image", own)}},
		{"the stack's repository, created by another stack", "gke",
			map[string]any{"registry.create": false, "cluster.create.imageRepositories": []any{own}}, nil},
		{"another repository", "gke", fetcher, []string{warning("fetcher.image", sharedRepository)}},
		{"a configured repository", "gke", merge(fetcher, map[string]any{"cluster.create.imageRepositories": []any{sharedRepository}}), nil},
		{"a repository of the same name elsewhere", "gke",
			merge(fetcher, map[string]any{"cluster.create.imageRepositories": []any{"projects/images/locations/us/repositories/ml"}}),
			[]string{warning("fetcher.image", sharedRepository)}},
		{"a project of a domain", "gke", map[string]any{"fetcher.image": "us-docker.pkg.dev/example.com/images/ml/sub/fetcher:1"},
			[]string{warning("fetcher.image", "projects/example.com:images/locations/us/repositories/ml")}},
		{"another registry", "gke", map[string]any{"fetcher.image": "ghcr.io/modelferry/fetcher:1"}, nil},
		{"nodes of an existing cluster", "gke", merge(fetcher, map[string]any{"cluster": map[string]any{"existing": "production"}}), nil},
		{"another cloud", "eks", fetcher, nil},
	} {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, load(t, test.stack, test.set).Warnings()) })
	}
}
