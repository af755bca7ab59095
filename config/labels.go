package config

import (
	"regexp"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// labelValue matches values that Google Cloud accepts as labels, AWS as tags, and Kubernetes as labels.
var labelValue = regexp.MustCompile(`^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$`)

func validateLabelValue(fldPath *field.Path, value string) field.ErrorList {
	if value == "" || labelValue.MatchString(value) {
		return nil
	}
	return field.ErrorList{field.Invalid(fldPath, value,
		"must be at most 63 lower case letters, digits, _ and -, with a letter or digit at both ends")}
}

// Labels returns the labels of every resource, which are the same on each cloud: the project and stack, and the owner
// and cost centre if the config sets them.
func (c Config) Labels(project, stack string) map[string]string {
	labels := map[string]string{"project": project, "stack": stack}
	for key, value := range map[string]string{"owner": c.Owner, "cost_centre": c.CostCentre} {
		if value != "" {
			labels[key] = value
		}
	}
	return labels
}
