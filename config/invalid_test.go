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
	name      string
	stack     string // gke if empty
	stackName string // for rules about default bucket names
	set       map[string]any
	want      []string // the lines of the error
}

var (
	zeros  = strings.Repeat("0", 64)
	object = map[string]any{}
)

// invalidCases returns the cases of every table.
func invalidCases() []invalidCase {
	return slices.Concat(invalidStacks, invalidProviderKeys, invalidNetworks, invalidServices, invalidReleases, invalidDeliveries,
		invalidProduction, invalidNamespaceSettings, invalidIngresses, invalidMonitoring, invalidBucketNames, invalidTypes,
		invalidQuantities, invalidNested, invalidRegistries)
}

// load loads the config and returns its errors.
func (c invalidCase) load(t *testing.T) field.ErrorList {
	t.Helper()
	stack := c.stack
	if stack == "" {
		stack = "gke"
	}
	settings, err := configtest.RepositoryStack(stack)
	require.NoError(t, err)
	for path, value := range c.set {
		settings.Set(path, value)
	}
	_, err = config.Load(namedStack{settings, c.stackName}, settings.Keys())
	var validationErr *config.ValidationError
	require.ErrorAs(t, err, &validationErr)
	return validationErr.Errors
}

func TestLoad_invalid(t *testing.T) {
	for _, c := range invalidCases() {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, lines(c.load(t))) })
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
