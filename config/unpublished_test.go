package config_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
)

func workloadNames(c config.Config) []string {
	var names []string
	for _, w := range c.Workloads() {
		names = append(names, w.Name)
	}
	return names
}

func TestWorkloads_unpublished(t *testing.T) {
	const image = "registry.example/s@sha256:"
	csi := map[string]any{"releases.bankchurn.delivery": "csi", "releases.bankchurn.unverified": true}
	for _, test := range []struct {
		name string
		set  map[string]any
		want []string // the services that are not deployed
	}{
		{"everything published", nil, nil},
		{"model", map[string]any{"releases.bankchurn.artifacts.model.sha256": zeros}, []string{"bankchurn"}},
		{"another artifact", map[string]any{"releases.chicagotaxi.artifacts.predictions.sha256": zeros}, []string{"chicagotaxi"}},
		{"image of the server", map[string]any{"releases.bankchurn.image": image + zeros}, []string{"bankchurn"}},
		{"on a production stack", map[string]any{"production": true, "cluster": map[string]any{"existing": "main"},
			"releases.bankchurn.image": image + zeros}, []string{"bankchurn"}},
		{"backend that is not selected",
			map[string]any{"releases.nlpinsight.backends.finbert.artifacts.model.sha256": zeros}, nil},
		{"selected backend", map[string]any{"releases.nlpinsight.backend": "finbert",
			"releases.nlpinsight.backends.finbert.artifacts.model.sha256": zeros}, []string{"nlpinsight"}},
		{"version that the selected backend replaces", map[string]any{"releases.nlpinsight.backend": "finbert",
			"releases.nlpinsight.artifacts.model.sha256": zeros}, nil},
		{"artifact without a digest", map[string]any{"releases.bankchurn.artifacts.model.sha256": nil}, nil},
		{"image with a tag", map[string]any{"releases.bankchurn.image": "registry.example/s:1"}, nil},
		{"fetcher", map[string]any{"fetcher.image": image + zeros}, []string{"bankchurn", "chicagotaxi", "nlpinsight"}},
		{"fetcher that csi does not need", merge(csi, map[string]any{"fetcher.image": image + zeros}),
			[]string{"chicagotaxi", "nlpinsight"}},
		{"artifact with csi", merge(csi, map[string]any{"releases.bankchurn.artifacts.model.sha256": zeros}), []string{"bankchurn"}},
	} {
		for _, stack := range repositoryStacks {
			t.Run(test.name+"/"+stack, func(t *testing.T) {
				c := load(t, stack, test.set)
				require.Equal(t, test.want, c.Unpublished())
				deployed := slices.DeleteFunc(c.ServiceNames(), func(name string) bool { return slices.Contains(test.want, name) })
				require.ElementsMatch(t, deployed, workloadNames(c))
				all := c.WithUnpublished()
				require.Equal(t, c.ServiceNames(), workloadNames(all))
				require.Empty(t, all.Unpublished())
			})
		}
	}
}

// A release that is not published counts as no release.
func TestConfig_unpublishedLikeRemoved(t *testing.T) {
	left := 0
	rapid.Check(t, func(t *rapid.T) {
		for _, settings := range configtest.Stacks().Draw(t, "stacks") {
			releases, _ := settings["modelferry:releases"].(map[string]any)
			for name := range releases {
				unpublished, removed := settings.Clone(), settings.Clone()
				unpublished.Set("releases."+name+".image", "registry.example/s@sha256:"+config.PlaceholderDigest)
				removed.Set("releases."+name, nil)
				require.Equal(t, summary(t, removed), summary(t, unpublished))
				left += len(releases) - 1
			}
		}
	})
	require.NotZero(t, left)
}

// summary returns what the program reads of the releases.
func summary(t require.TestingT, settings configtest.Settings) []any {
	c, err := config.Load(settings, settings.Keys())
	require.NoError(t, err)
	return []any{c.Workloads(), c.Warnings(), c.GPUNodePool(), c.NeedsCSIDriver()}
}

func TestUnpublishedWarnings(t *testing.T) {
	for _, test := range []struct {
		name, stack string
		set         map[string]any
		want        []string
	}{
		{"everything published", "gke", nil, nil},
		{"model", "gke", map[string]any{"releases.bankchurn.artifacts.model.sha256": zeros}, []string{
			"modelferry:releases.bankchurn: pulumi up does not deploy it, because these are not published (digests of zeros): " +
				"artifact model: run modelferry release bankchurn FILE --stack prod",
		}},
		{"image and artifacts", "eks", map[string]any{
			"releases.bankchurn.image":                    "registry.example/s@sha256:" + zeros,
			"releases.bankchurn.artifacts.model.sha256":   zeros,
			"releases.bankchurn.artifacts.dataset.sha256": zeros,
		}, []string{
			"modelferry:releases.bankchurn: pulumi up does not deploy it, because these are not published (digests of zeros): " +
				"its image, artifact model, artifact dataset: " +
				"run modelferry release bankchurn model=FILE dataset=FILE --image IMAGE@sha256:DIGEST --stack prod",
		}},
		{"image", "gke", map[string]any{"releases.bankchurn.image": "registry.example/s@sha256:" + zeros}, []string{
			"modelferry:releases.bankchurn: pulumi up does not deploy it, because these are not published (digests of zeros): " +
				"its image: push the image, and run pulumi config set -s prod --path modelferry:releases.bankchurn.image IMAGE@sha256:DIGEST",
		}},
		{"artifact of a backend", "eks", map[string]any{"releases.nlpinsight.backend": "finbert",
			"releases.nlpinsight.backends.finbert.artifacts.model.sha256": zeros}, []string{
			"modelferry:releases.nlpinsight: pulumi up does not deploy it, because these are not published (digests of zeros): " +
				"artifact model: run modelferry release nlpinsight FILE --stack prod",
		}},
		{"fetcher", "gke", map[string]any{"fetcher.image": "europe-docker.pkg.dev/p/r/fetcher@sha256:" + zeros}, []string{
			"modelferry:fetcher.image: pulumi up does not deploy bankchurn, chicagotaxi, nlpinsight, because the image is not published " +
				"(a digest of zeros): run make image REGISTRY=europe-docker.pkg.dev/p/r STACK=prod",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, load(t, test.stack, test.set).UnpublishedWarnings("prod"))
		})
	}
}

// The repository's stacks begin unpublished, without warnings of another kind.
func TestUnpublishedWarnings_repositoryStacks(t *testing.T) {
	for _, stack := range repositoryStacks {
		settings, err := configtest.UnpublishedStack(stack)
		require.NoError(t, err)
		c, err := config.Load(settings, settings.Keys())
		require.NoError(t, err)
		require.Equal(t, c.ServiceNames(), c.Unpublished())
		require.Len(t, c.UnpublishedWarnings(stack), 1+len(c.Services))
		require.Empty(t, c.Warnings())
	}
}

// The form of a release that is not published is checked as that of any other.
func TestLoad_unpublishedIsValidated(t *testing.T) {
	settings, err := configtest.UnpublishedStack("gke")
	require.NoError(t, err)
	settings.Set("releases.bankchurn.artifacts.model.path", "elsewhere/model.joblib")
	settings.Set("releases.bankchurn.artifacts.dataset.size", "huge")
	settings.Set("releases.nlpinsight.backend", "bert")
	_, err = config.Load(settings, settings.Keys())
	var validationErr *config.ValidationError
	require.ErrorAs(t, err, &validationErr)
	require.Len(t, validationErr.Errors, 3)
}
