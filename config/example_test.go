package config_test

import (
	"fmt"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
)

func ExampleLoad() {
	settings := configtest.Settings{
		"aws:region":       "eu-west-1",
		"modelferry:cloud": "eks",
		"modelferry:cluster": map[string]any{
			"existing": "production",
		},
		"modelferry:fetcher": map[string]any{
			"image": "registry.example/fetcher:v1",
		},
		"modelferry:services": map[string]any{
			"churn": map[string]any{
				"artifacts": map[string]any{"model": map[string]any{"dest": "model.joblib"}},
			},
		},
		"modelferry:releases": map[string]any{
			"churn": map[string]any{
				"image": "registry.example/churn:v7",
				"artifacts": map[string]any{
					"model": map[string]any{"path": "churn/v7/model.joblib", "size": "4.1MB"},
				},
			},
		},
	}
	c, err := config.Load(settings, settings.Keys())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, w := range c.Workloads() {
		fmt.Println(w.Name, w.Image, w.Artifacts[0].Path, w.Autoscaling.Max)
	}
	// Output: churn registry.example/churn:v7 churn/v7/model.joblib 3
}

func ExampleLoad_invalid() {
	settings := configtest.Settings{
		"modelferry:cloud":    "gke",
		"gcp:project":         "modelferry-demo",
		"gcp:region":          "europe-west1",
		"modelferry:cluster":  map[string]any{"existing": "production"},
		"modelferry:identity": "irsa",
		"modelferry:fetcher":  map[string]any{"image": "registry.example/fetcher", "retires": 5},
		"modelferry:services": map[string]any{},
	}
	_, err := config.Load(settings, settings.Keys())
	fmt.Println(err)
	// Output:
	// invalid configuration (3 errors), no changes were made:
	//   modelferry:fetcher.image: Invalid value: "registry.example/fetcher": must have a digest or a tag: add @sha256:… or :TAG
	//   modelferry:fetcher.retires: Forbidden: unknown key: did you mean "retries"?
	//   modelferry:identity: Forbidden: only supported on eks, and this stack is on gke: remove it
}
