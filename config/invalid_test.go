package config_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
)

// invalidCase is the config of a stack in the repository with invalid values.
type invalidCase struct {
	name string
	// stack whose cloud has the rule, "" for every cloud.
	stack     string
	stackName string // for rules about default bucket names
	set       map[string]any
	want      []string // the lines of the error
}

// repositoryStacks are the stacks of the repository, one for each cloud.
var repositoryStacks = []string{"gke", "eks"}

var (
	zeros  = strings.Repeat("0", 64)
	object = map[string]any{}
)

// invalidCases returns the cases of every table.
func invalidCases() []invalidCase {
	return slices.Concat(
		invalidStacks,
		invalidProviderKeys,
		invalidNetworks,
		invalidServices,
		invalidReleases,
		invalidDeliveries,
		invalidSignatures,
		invalidSigners("signatures", nil),
		invalidSigners(modelSignature, map[string]any{"path": "bankchurn/model.sig"}),
		invalidSigners("releases.nlpinsight.backends.finbert.artifacts.model.signature", map[string]any{"path": "nlpinsight/model.sig"}),
		invalidProduction,
		invalidNamespaceSettings,
		invalidIngresses,
		invalidMonitoring,
		invalidBucketNames,
		invalidTypes,
		invalidQuantities,
		invalidNested,
		invalidRegistries,
		invalidEndpoints,
		invalidNames,
		invalidEKSClusters,
	)
}

// stacks returns the stacks with the rule.
func (c invalidCase) stacks() []string {
	if c.stack != "" {
		return []string{c.stack}
	}
	return repositoryStacks
}

// changesIngress reports whether the case sets keys below ingress, but not ingress itself.
func (c invalidCase) changesIngress() bool {
	for path := range c.set {
		if strings.HasPrefix(path, "ingress.") {
			return true
		}
	}
	return false
}

// load loads the config of a stack and returns its errors, nil if it is valid.
func (c invalidCase) load(t *testing.T, stack string) field.ErrorList {
	t.Helper()
	settings, err := configtest.RepositoryStack(stack)
	require.NoError(t, err)
	if c.stack == "" && c.set["production"] == true && stack == "eks" {
		settings.Set("cluster.create.autoscaler.enabled", false) // its default image has no digest
	}
	if c.changesIngress() {
		settings.Set("ingress", ingressFor(stack))
	}
	for path, value := range c.set {
		settings.Set(path, value)
	}
	_, err = config.Load(namedStack{settings, c.stackName}, settings.Keys())
	if err == nil {
		return nil
	}
	var validationErr *config.ValidationError
	require.ErrorAs(t, err, &validationErr)
	return validationErr.Errors
}

// Every rule applies on both clouds, unless its cases name a stack.
func TestLoad_invalid(t *testing.T) {
	for _, c := range invalidCases() {
		for _, stack := range c.stacks() {
			t.Run(c.name+"/"+stack, func(t *testing.T) { require.Equal(t, c.want, lines(c.load(t, stack))) })
		}
	}
}

// A case that names a stack without need would not test the other cloud.
func TestInvalidCases_oneStackOnly(t *testing.T) {
	for _, c := range invalidCases() {
		for _, stack := range repositoryStacks {
			if c.stack != "" && c.stack != stack {
				require.NotEqual(t, c.want, lines(c.load(t, stack)), "%s: remove stack: the rule applies on %s, too", c.name, stack)
			}
		}
	}
}

// lines returns errors as ValidationError lists them, without the indentation.
func lines(errs field.ErrorList) []string {
	var lines []string
	for _, err := range errs {
		lines = append(lines, err.Error())
	}
	return lines
}

func TestLoad_repositoryStacksAreValid(t *testing.T) {
	for _, stack := range []string{"gke", "eks"} {
		t.Run(stack, func(t *testing.T) {
			c := load(t, stack, nil)
			require.Equal(t, config.Cloud(stack), c.Cloud)
			require.Equal(t, []string{"bankchurn", "chicagotaxi", "nlpinsight"}, c.ServiceNames())
		})
	}
}

func TestValidationError_listsEveryError(t *testing.T) {
	settings, err := configtest.RepositoryStack("gke")
	require.NoError(t, err)
	settings.Set("gcp:project", nil)
	settings.Set("releases.bankchurn.image", "registry.example/bankchurn")
	settings.Set("releases.bankchurn.artifacts.model.sha256", "abc")
	settings.Set("services.nlpinsight.deployment", "bankchurn-predictor")
	settings.Set("fetcher.retires", 3)
	settings.Set("rollout.deadline", "soon")
	_, err = config.Load(settings, settings.Keys())
	require.EqualError(t, err, `invalid configuration (6 errors), no changes were made:
  gcp:project: Required value: must be set
  modelferry:fetcher.retires: Forbidden: unknown key: did you mean "retries"?
  modelferry:releases.bankchurn.artifacts.model.sha256: Invalid value: "abc": must be 64 hexadecimal digits (sha256sum FILE)
  modelferry:releases.bankchurn.image: Invalid value: "registry.example/bankchurn": must have a digest or a tag: add @sha256:… or :TAG
  modelferry:rollout.deadline: Invalid value: "soon": must be a duration such as "90s"
  modelferry:services.nlpinsight.deployment: Duplicate value: "bankchurn-predictor": `+
		"already in modelferry:services.bankchurn.deployment: each service needs its own")
}

func TestValidationError_emptyConfig(t *testing.T) {
	_, err := config.Load(configtest.Settings{}, nil)
	require.EqualError(t, err, `invalid configuration (4 errors), no changes were made:
  modelferry:cloud: Required value: must be set
  modelferry:cluster: Required value: must be set
  modelferry:fetcher: Required value: must be set
  modelferry:services: Required value: must be set`)
	var fieldErr *field.Error
	require.ErrorAs(t, err, &fieldErr)
	require.Equal(t, field.ErrorTypeRequired, fieldErr.Type)
}

func TestNewValidationError(t *testing.T) {
	require.NoError(t, config.NewValidationError(nil))
	require.EqualError(t, config.NewValidationError(field.ErrorList{field.Forbidden(config.Path("a", "b"), "no")}),
		"invalid configuration (1 error), no changes were made:\n  modelferry:a.b: Forbidden: no")
}
