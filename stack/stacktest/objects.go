package stacktest

import (
	"fmt"
	"slices"
	"strings"
)

// clusterComponents are components with objects for the cluster instead of the services. Not every cloud needs them.
var clusterComponents = []string{
	"modelferry:index:NodeAutoscaler",  // GKE scales node pools itself
	"modelferry:index:AdmissionPolicy", // GKE injects no credentials
}

// KubernetesObjects returns the Kubernetes objects of the services by kind and resource name, such as
// Deployment/bankchurn.
func KubernetesObjects(r *Record) map[string]Registration {
	objects := map[string]Registration{}
	for _, registration := range r.Registrations {
		parent, _ := r.ByURN(registration.Parent)
		if strings.HasPrefix(registration.Type, "kubernetes:") && !slices.Contains(clusterComponents, parent.Type) {
			objects[registration.Kind()+"/"+registration.Name] = registration
		}
	}
	return objects
}

// DiffObjects compares the Kubernetes objects of a run on cloud a with those of a run on cloud b. It returns the
// differences that no exception allows.
func DiffObjects(a, b Platform, objectsA, objectsB map[string]Registration, exceptions []DiffException) []string {
	var diff []string
	for _, name := range UnionKeys(objectsA, objectsB) {
		objectA, inA := objectsA[name]
		objectB, inB := objectsB[name]
		if !inA || !inB {
			kind, _, _ := strings.Cut(name, "/")
			if !slices.ContainsFunc(exceptions, func(e DiffException) bool { return e.Kind == kind && e.Path == "*" }) {
				diff = append(diff, name+": only on one cloud")
			}
			continue
		}
		valuesA, valuesB := comparableValues(a, objectA, exceptions), comparableValues(b, objectB, exceptions)
		for _, path := range UnionKeys(valuesA, valuesB) {
			if valuesA[path] != valuesB[path] {
				diff = append(diff, fmt.Sprintf("%s: %s: %s has %q, %s has %q", name, path, a.Stack, valuesA[path], b.Stack, valuesB[path]))
			}
		}
	}
	return diff
}

// comparableValues returns an object's values by path, without those that may differ by cloud.
func comparableValues(p Platform, object Registration, exceptions []DiffException) map[string]string {
	kind := object.Kind()
	values := map[string]string{}
	var visit func(path []string, value any)
	visit = func(path []string, value any) {
		switch value := value.(type) {
		case map[string]any:
			for key, element := range value {
				visit(append(slices.Clone(path), key), element)
			}
		case []any:
			if kind == "NetworkPolicy" && path[len(path)-1] == "egress" {
				for _, rule := range value {
					visit(append(slices.Clone(path), MarshalRule(rule)), "allowed")
				}
				return
			}
			if path[len(path)-1] == "env" {
				for _, variable := range value { // a variable that only one cloud has must not move the others
					visit(append(slices.Clone(path), element(variable, "name").(string)), Omit(variable.(map[string]any), "name"))
				}
				return
			}
			for i, element := range value {
				visit(append(slices.Clone(path), fmt.Sprint(i)), element)
			}
		default:
			text := fmt.Sprint(value)
			for _, e := range exceptions {
				if (e.Kind == kind || e.Kind == "*") && matchesPath(e.Path, path) {
					if e.Normalize == nil {
						return
					}
					text = e.Normalize(p, text)
				}
			}
			values[strings.Join(path, ".")] = text
		}
	}
	visit(nil, object.Inputs)
	return values
}

// matchesPath reports whether a path matches a pattern, in which one * stands for one key or index. Keys may have dots.
func matchesPath(pattern string, path []string) bool {
	if before, after, ok := strings.Cut(pattern, ".*."); ok {
		wildcard, rest := len(strings.Split(before, ".")), strings.Split(after, ".")
		return len(path) == wildcard+1+len(rest) && strings.Join(path[:wildcard], ".") == before && slices.Equal(path[wildcard+1:], rest)
	}
	return strings.Join(path, ".") == pattern
}
