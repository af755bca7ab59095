package newstack

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"gopkg.in/yaml.v3"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/modelferry/modelferry/cli/stackfile"
	"github.com/modelferry/modelferry/config"
)

//go:embed stack.yaml.tmpl
var templateText string

var stackTemplate = template.Must(template.New("stack").Funcs(template.FuncMap{"scalar": scalar, "list": list}).Parse(templateText))

// Render returns the stack file of a new stack of the project in a directory. The error is a *config.ValidationError
// with every error in the options, those that only the complete config shows included.
func Render(root string, o Options) ([]byte, error) {
	o = o.withDefaults()
	releases, err := readSamples(root, o.Stack)
	if err != nil {
		return nil, err
	}
	services, err := readCatalogue(root, releases)
	if err != nil {
		return nil, err
	}
	errs := o.validate()
	if !slices.Contains(config.Clouds(), o.Cloud) {
		return nil, config.NewValidationError(errs) // the other rules depend on the cloud
	}
	var content bytes.Buffer
	err = stackTemplate.Execute(&content, struct {
		Options
		CloudName, Registry, Placeholder string
		Services                         []service
	}{o, strings.ToUpper(string(o.Cloud)), o.registry(), config.PlaceholderDigest, services})
	if err != nil {
		return nil, err
	}
	source, err := stackfile.Parse(root, o.Stack, content.Bytes())
	if err != nil {
		return nil, err
	}
	_, err = source.Load()
	var invalid *config.ValidationError
	switch {
	case errors.As(err, &invalid):
		errs = withoutConsequences(append(errs, invalid.Errors...))
	case err != nil:
		return nil, err
	}
	return content.Bytes(), config.NewValidationError(errs)
}

// scalar returns a string as YAML. It is in quotes if it would be another type without.
func scalar(value string) (string, error) {
	text, err := yaml.Marshal(value)
	return strings.TrimSuffix(string(text), "\n"), err
}

// list returns strings as a YAML list in one line.
func list(values []string) (string, error) {
	quoted := make([]string, len(values))
	for i, value := range values {
		text, err := json.Marshal(value) // also valid YAML
		if err != nil {
			return "", err
		}
		quoted[i] = string(text)
	}
	return fmt.Sprintf("[%s]", strings.Join(quoted, ", ")), nil
}

// withoutConsequences returns the errors without those of images and buckets, whose names contain other options, unless
// there is no other error.
func withoutConsequences(errs field.ErrorList) field.ErrorList {
	causes := slices.DeleteFunc(slices.Clone(errs), func(err *field.Error) bool {
		return strings.HasSuffix(err.Field, ".image") || strings.HasPrefix(err.Field, config.Path("buckets").String()+".")
	})
	if len(causes) == 0 {
		return errs
	}
	return causes
}
