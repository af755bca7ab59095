package stacktest

import (
	"fmt"
	"slices"
	"strings"
)

// clusterComponents are the components that a cluster has for itself, whatever
// runs on it: not every cloud's needs them.
var clusterComponents = []string{
	"modelferry:index:NodeAutoscaler", // GKE has one of its own
}

// KubernetesObjects returns the services' Kubernetes objects of a run by kind and name.
func KubernetesObjects(r *Record) map[string]Registration {
	all := map[string]Registration{}
	for _, each := range r.Registrations {
		parent, _ := r.ByURN(each.Parent)
		if strings.HasPrefix(each.Type, "kubernetes:") && !slices.Contains(clusterComponents, parent.Type) {
			all[Kind(each)+"/"+each.Name] = each
		}
	}
	return all
}

func Kind(r Registration) string { return r.Type[strings.LastIndex(r.Type, ":")+1:] }

// DiffObjects compares the objects of two runs, each on its cloud, and lists
// what differs beyond the exceptions.
func DiffObjects(a, b Platform, one, other map[string]Registration) []string {
	var all []string
	for _, name := range UnionKeys(one, other) {
		x, inOne := one[name]
		y, inOther := other[name]
		if !inOne || !inOther {
			kind, _, _ := strings.Cut(name, "/")
			if !slices.ContainsFunc(DiffExceptions, func(e DiffException) bool { return e.Kind == kind && e.Path == "*" }) {
				all = append(all, name+": only on one cloud")
			}
			continue
		}
		left, right := comparableValues(a, Kind(x), x.Inputs), comparableValues(b, Kind(y), y.Inputs)
		for _, path := range UnionKeys(left, right) {
			if l, r := left[path], right[path]; l != r {
				all = append(all, fmt.Sprintf("%s: %s: %s has %q, %s has %q", name, path, a.Stack, l, b.Stack, r))
			}
		}
	}
	return all
}

// comparableValues lists an object's values by their paths, without what may differ.
func comparableValues(p Platform, kind string, inputs map[string]any) map[string]string {
	all := map[string]string{}
	var visit func(path []string, at any)
	visit = func(path []string, at any) {
		switch at := at.(type) {
		case map[string]any:
			for key, value := range at {
				visit(append(slices.Clone(path), key), value)
			}
		case []any:
			if kind == "NetworkPolicy" && path[len(path)-1] == "egress" {
				for _, rule := range at {
					visit(append(slices.Clone(path), MarshalRule(rule)), "open")
				}
				return
			}
			for k, value := range at {
				visit(append(slices.Clone(path), fmt.Sprint(k)), value)
			}
		default:
			value := fmt.Sprint(at)
			for _, e := range DiffExceptions {
				if (e.Kind == kind || e.Kind == "*") && matchesPath(e.Path, path) {
					if e.Normalize == nil {
						return
					}
					value = e.Normalize(p, value)
				}
			}
			all[strings.Join(path, ".")] = value
		}
	}
	visit(nil, inputs)
	return all
}

// matchesPath compares a path with a pattern. Keys may have dots of their own.
func matchesPath(pattern string, path []string) bool {
	if before, after, ok := strings.Cut(pattern, ".*."); ok {
		head, rest := len(strings.Split(before, ".")), strings.Split(after, ".")
		return len(path) == head+1+len(rest) && strings.Join(path[:head], ".") == before && slices.Equal(path[head+1:], rest)
	}
	return strings.Join(path, ".") == pattern
}
