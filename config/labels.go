package config

import (
	"regexp"
)

// labelValue is what Google Cloud's labels, AWS's tags and Kubernetes' labels all take.
var labelValue = regexp.MustCompile(`^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$`)

func (f *Faults) labelled(path, value string) {
	if value != "" && !labelValue.MatchString(value) {
		f.add(path, "%q is no label's value: write up to 63 small letters, digits, _ and -", value)
	}
}

// Labels say of every resource whose it is, and who pays: the same keys on
// each cloud. What the config does not say is left out.
func (c Config) Labels(project, stack string) map[string]string {
	labels := map[string]string{"project": project, "stack": stack}
	for key, value := range map[string]string{"owner": c.Owner, "cost_centre": c.CostCentre} {
		if value != "" {
			labels[key] = value
		}
	}
	return labels
}
