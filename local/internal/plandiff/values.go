package plandiff

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/planreport"
)

// changedValues returns the properties that a step changes. A new resource in a cloud has all its inputs: a reviewer
// needs to see what is granted. A Kubernetes object has none: the service's settings say what it is for.
func changedValues(step engine.Step) []planreport.Value {
	var values []planreport.Value
	switch {
	case step.New == nil:
		return nil
	case step.Old == nil:
		if strings.HasPrefix(step.Type, "kubernetes:") {
			return nil
		}
		return appendChanges(nil, "", nil, step.New.Inputs)
	case len(step.Diff) == 0: // the local providers name no properties
		values = appendChanges(nil, "", step.Old.Inputs, step.New.Inputs)
	}
	for _, path := range slices.Sorted(maps.Keys(step.Diff)) {
		values = append(values, propertyChanges(step, path)...)
	}
	for i := range values {
		values[i].Replaces = step.Op == apitype.OpReplace && isAtOrBelow(values[i].Path, step.ReplaceKeys)
	}
	return values
}

// isAtOrBelow reports whether a property path is one of parents, or is below one of them.
func isAtOrBelow(path string, parents []string) bool {
	return slices.ContainsFunc(parents, func(parent string) bool {
		rest, ok := strings.CutPrefix(path, parent)
		return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
	})
}

// propertyChanges returns the changes at or below a property path.
func propertyChanges(step engine.Step, path string) []planreport.Value {
	before, after := lookup(step.Old.Inputs, path), lookup(step.New.Inputs, path)
	if before == nil && after == nil { // set by the cloud
		before = lookup(step.Old.Outputs, path)
	}
	if isSecret(before) && isSecret(after) {
		return []planreport.Value{{Path: path, Old: format(before), New: format(after)}}
	}
	return appendChanges(nil, path, before, after)
}

// lookup returns the value at a property path, or nil.
func lookup(properties map[string]any, path string) any {
	parsed, err := resource.ParsePropertyPath(path)
	if err != nil {
		return nil
	}
	var value any = properties
	for _, element := range parsed {
		switch element := element.(type) {
		case string:
			object, _ := value.(map[string]any)
			value = object[element]
		case int:
			list, _ := value.([]any)
			if element < 0 || element >= len(list) {
				return nil
			}
			value = list[element]
		}
	}
	return value
}

// generatedName matches a name to which the engine adds random digits, as in internal/provider.
var generatedName = regexp.MustCompile(`^(.+)-[0-9a-f]{7,8}$`)

func isGenerated(before, after any) bool {
	old, isText := before.(string)
	now, alsoText := after.(string)
	if !isText || !alsoText {
		return false
	}
	oldMatch, newMatch := generatedName.FindStringSubmatch(old), generatedName.FindStringSubmatch(now)
	return oldMatch != nil && newMatch != nil && oldMatch[1] == newMatch[1]
}
