// Package mlflow reads versions of models from the registry of an MLflow server: their artifacts, and the run that they
// come from. It calls the server's REST API. https://mlflow.org/docs/latest/rest-api.html
package mlflow

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
)

// Reference names a version of a registered model, as MLflow writes it: models:/NAME/VERSION or models:/NAME@ALIAS. A
// path after it names one file or folder of the model.
// https://mlflow.org/docs/latest/ml/model-registry/workflow/#referencing-a-model-version
type Reference struct {
	Name string
	// Version or Alias is set.
	Version, Alias string
	// Path of a file or folder in the model, or "" for all of it.
	Path string
}

const scheme = "models:/"

// versionPattern is that of version numbers. Stages, such as models:/NAME/Production, are deprecated in MLflow, and may
// later mean another version.
var versionPattern = regexp.MustCompile(`^[1-9][0-9]*$`)

// IsReference reports whether a text is a reference and not the name of a file.
func IsReference(text string) bool { return strings.HasPrefix(text, "models:") }

// ParseReference parses a reference.
func ParseReference(text string) (Reference, error) {
	invalid := func(reason string) (Reference, error) {
		return Reference{}, fmt.Errorf("invalid model %q: %s: must be models:/NAME/VERSION or models:/NAME@ALIAS", text, reason)
	}
	rest, ok := strings.CutPrefix(text, scheme)
	if !ok || strings.HasPrefix(rest, "/") {
		return invalid("the tracking server is not a part of it, it is in MLFLOW_TRACKING_URI")
	}
	var r Reference
	first, path, _ := strings.Cut(rest, "/")
	name, alias, isAlias := strings.Cut(first, "@")
	if r.Name, r.Alias = name, alias; !isAlias {
		r.Version, path, _ = strings.Cut(path, "/")
	}
	r.Path = strings.TrimSuffix(path, "/")
	switch {
	case r.Name == "" || strings.Contains(r.Name, ":") || !filepath.IsLocal(r.Name):
		return invalid("no name of a registered model")
	case isAlias && r.Alias == "":
		return invalid("no alias")
	case !isAlias && r.Version == "":
		return invalid("no version")
	case !isAlias && !versionPattern.MatchString(r.Version):
		return invalid(fmt.Sprintf("%q is not the number of a version", r.Version))
	case r.Path != "" && !filepath.IsLocal(r.Path):
		return invalid("the path leads outside the model")
	}
	return r, nil
}

func (r Reference) String() string {
	text := scheme + r.Name + "/" + r.Version
	if r.Alias != "" {
		text = scheme + r.Name + "@" + r.Alias
	}
	if r.Path != "" {
		text += "/" + r.Path
	}
	return text
}
