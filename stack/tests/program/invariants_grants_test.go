package program

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// allowedWildcard is a statement that may have a wildcard for its action or its
// principal. Whatever is on the list refuses, and lets nobody in.
type allowedWildcard struct {
	reason  string
	matches func(s object) bool
}

var allowedWildcards = []allowedWildcard{
	{"requests without TLS are refused to everyone, whatever they ask for", func(s object) bool {
		return s["Effect"] == "Deny" && fmt.Sprint(s["Condition"]) == "map[Bool:map[aws:SecureTransport:false]]"
	}},
}

// managedPolicies are AWS's own, whose documents are not ours to narrow: each
// is the narrowest with which the cluster or its nodes work.
// https://docs.aws.amazon.com/eks/latest/userguide/security-iam-awsmanpol.html
var managedPolicies = []string{
	"arn:aws:iam::aws:policy/AmazonEKSClusterPolicy", "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
	"arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy", "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
	"arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy", // for the administrators that the config names
}

// everyone is what Google Cloud calls whoever comes; basicRoles reach
// everything in a project.
var (
	publicMembers = []string{"allUsers", "allAuthenticatedUsers"}
	basicRoles    = regexp.MustCompile(`^roles/(owner|editor|viewer|browser)$`)
)

// wildcardGrants finds what lets in whoever comes, or lets someone do whatever
// they like: in policy documents, in bindings, and in the cluster's own roles.
func wildcardGrants(r *programRun) []string {
	var found []string
	for _, each := range r.Registrations {
		if !each.Custom {
			continue
		}
		for _, text := range collectStrings(each.Inputs) {
			for _, s := range policyStatements(text) {
				if hasWildcard(s) && !slices.ContainsFunc(allowedWildcards, func(w allowedWildcard) bool { return w.matches(s) }) {
					found = append(found, fmt.Sprintf("%s: %v", each, s))
				}
			}
			if slices.Contains(publicMembers, text) {
				found = append(found, fmt.Sprintf("%s is for %s", each, text))
			}
		}
		role, _ := each.Input("role").(string)
		arn, _ := each.Input("policyArn").(string)
		switch {
		case basicRoles.MatchString(role):
			found = append(found, fmt.Sprintf("%s grants %s", each, role))
		case arn != "" && arn != stacktest.Unknown && !slices.Contains(managedPolicies, arn):
			found = append(found, fmt.Sprintf("%s attaches %s", each, arn))
		case strings.HasPrefix(each.Type, "kubernetes:rbac") && slices.Contains(collectStrings(each.Inputs), "*"):
			found = append(found, fmt.Sprintf("%s has a wildcard", each))
		}
	}
	return found
}

// hasWildcard tells whether a statement of a policy names no action or no principal
// in particular. "Not" of something is nearly everything.
func hasWildcard(s object) bool {
	if s["NotAction"] != nil || s["NotPrincipal"] != nil || s["NotResource"] != nil {
		return true
	}
	return slices.ContainsFunc(append(collectStrings(s["Action"]), collectStrings(s["Principal"])...), func(text string) bool { return strings.Contains(text, "*") })
}

// policyStatements returns those of a policy document, none of any other text.
func policyStatements(text string) []object {
	var document struct{ Statement []object }
	if json.Unmarshal([]byte(text), &document) != nil {
		return nil
	}
	return document.Statement
}

// collectStrings lists all text in a value, at any depth.
func collectStrings(value any) []string {
	var all []string
	switch value := value.(type) {
	case string:
		return []string{value}
	case []any:
		for _, element := range value {
			all = append(all, collectStrings(element)...)
		}
	case map[string]any:
		for _, element := range value {
			all = append(all, collectStrings(element)...)
		}
	}
	return all
}
