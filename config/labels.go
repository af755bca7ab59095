package config

import (
	"regexp"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// labelValue is a value that Google Cloud's labels, AWS's tags and Kubernetes'
// labels all accept.
var labelValue = regexp.MustCompile(`^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$`)

func validateLabelValue(fldPath *field.Path, value string) field.ErrorList {
	if value == "" || labelValue.MatchString(value) {
		return nil
	}
	return field.ErrorList{field.Invalid(fldPath, value,
		"must be at most 63 lower case letters, digits, _ and -, with a letter or digit at both ends")}
}

// Labels returns the labels of every resource, the same on each cloud: its
// project and stack, and its owner and cost centre where the config sets them.
func (c Config) Labels(project, stack string) map[string]string {
	labels := map[string]string{"project": project, "stack": stack}
	for key, value := range map[string]string{"owner": c.Owner, "cost_centre": c.CostCentre} {
		if value != "" {
			labels[key] = value
		}
	}
	return labels
}
