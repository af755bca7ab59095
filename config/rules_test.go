package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
)

// rule is a fault, put into a stack that has none, and what a person reads.
type rule struct {
	name  string
	stack string // gke when empty
	named string // what the stack is called, where that matters
	set   map[string]any
	want  []string // faults, each with its key
}

var (
	zeros  = strings.Repeat("0", 64)
	object = map[string]any{}
)

// ruleGroups are the tables of all rules.
var ruleGroups = [][]rule{
	stackRules, networkRules, serviceRules, releaseRules, deliveryRules, productionRules, namespaceRules,
	ingressRules, monitoringRules, bucketNameRules, typeRules,
}

// TestEveryRule breaks one thing at a time and reads the whole message.
func TestEveryRule(t *testing.T) {
	for _, group := range ruleGroups {
		for _, r := range group {
			t.Run(r.name, func(t *testing.T) {
				if r.stack == "" {
					r.stack = "gke"
				}
				settings, err := configtest.RepositoryStack(r.stack)
				require.NoError(t, err)
				for path, value := range r.set {
					settings.Set(path, value)
				}
				_, err = config.Load(onStack{settings, r.named}, settings.Keys())
				var faults config.Faults
				require.ErrorAs(t, err, &faults)
				require.Equal(t, r.want, faultLines(faults))
			})
		}
	}
}

// faultLines returns the faults as the error lists them, without its first line.
func faultLines(f config.Faults) []string {
	lines := strings.Split(f.Error(), "\n")[1:]
	for k := range lines {
		lines[k] = strings.TrimPrefix(lines[k], "  ")
	}
	return lines
}

func TestRepositoryStacksHaveNoFault(t *testing.T) {
	for _, stack := range []string{"gke", "eks"} {
		t.Run(stack, func(t *testing.T) {
			settings, err := configtest.RepositoryStack(stack)
			require.NoError(t, err)
			c, err := config.Load(settings, settings.Keys())
			require.NoError(t, err)
			require.Equal(t, config.Cloud(stack), c.Cloud)
			require.Equal(t, []string{"bankchurn", "chicagotaxi", "nlpinsight"}, c.ServiceNames())
		})
	}
}

func TestFaultsComeTogether(t *testing.T) {
	settings, err := configtest.RepositoryStack("gke")
	require.NoError(t, err)
	settings.Set("gcp:project", nil)
	settings.Set("releases.bankchurn.image", "registry.example/bankchurn")
	settings.Set("releases.bankchurn.artifacts.model.sha256", "abc")
	settings.Set("services.nlpinsight.deployment", "bankchurn-predictor")
	settings.Set("fetcher.retires", 3)
	settings.Set("rollout.deadline", "soon")
	_, err = config.Load(settings, settings.Keys())
	require.EqualError(t, err, `6 faults in the stack's config, nothing was changed:
  modelferry:fetcher.retires: unknown key: did you mean "retries"?
  gcp:project: missing: set gcp:project
  modelferry:releases.bankchurn.artifacts.model.sha256: "abc" is no SHA-256: write 64 hexadecimal digits (sha256sum FILE)
  modelferry:releases.bankchurn.image: "registry.example/bankchurn" has neither tag nor digest: add @sha256:… (or :TAG)
  modelferry:rollout.deadline: has to be a duration such as "90s", not "soon"
  modelferry:services.nlpinsight.deployment: Deployment "bankchurn-predictor" is services.bankchurn's already: give each service its own`)
}

func TestEmptyConfigNamesWhatIsMissing(t *testing.T) {
	_, err := config.Load(configtest.Settings{}, nil)
	require.EqualError(t, err, `4 faults in the stack's config, nothing was changed:
  modelferry:cloud: missing: set modelferry:cloud
  modelferry:cluster: missing: set modelferry:cluster
  modelferry:fetcher: missing: set modelferry:fetcher
  modelferry:services: missing: set modelferry:services`)
}
