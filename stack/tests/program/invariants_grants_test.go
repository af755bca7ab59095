package program

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// allowedWildcard matches a statement that may have a wildcard as action or principal. All of them deny.
type allowedWildcard struct {
	reason  string
	matches func(s object) bool
}

var allowedWildcards = []allowedWildcard{
	{"denies requests without TLS", func(s object) bool {
		return s["Effect"] == "Deny" && fmt.Sprint(s["Condition"]) == "map[Bool:map[aws:SecureTransport:false]]"
	}},
}

// managedPolicies are policies of AWS that may be attached. Each is the most restrictive one with which the cluster,
// its nodes or the administrators work.
// https://docs.aws.amazon.com/eks/latest/userguide/security-iam-awsmanpol.html
var managedPolicies = []string{
	"arn:aws:iam::aws:policy/AmazonEKSClusterPolicy", "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
	"arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy", "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
	"arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy", // for configured administrators
	"arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",         // for configured viewers
}

// publicMembers are the IAM members of Google Cloud that stand for everybody. basicRoles apply to a whole project.
var (
	publicMembers = []string{"allUsers", "allAuthenticatedUsers"}
	basicRoles    = regexp.MustCompile(`^roles/(owner|editor|viewer|browser)$`)
)

// wildcardGrants returns policy statements, IAM bindings and Kubernetes roles that grant access to everybody or grant
// every action.
func wildcardGrants(r *programRun) []string {
	var violations []string
	for _, registration := range r.Registrations {
		if !registration.Custom {
			continue
		}
		for _, text := range collectStrings(registration.Inputs) {
			for _, s := range policyStatements(text) {
				if hasWildcard(s) && !slices.ContainsFunc(allowedWildcards, func(w allowedWildcard) bool { return w.matches(s) }) {
					violations = append(violations, fmt.Sprintf("%s: %v", registration, s))
				}
			}
			if slices.Contains(publicMembers, text) {
				violations = append(violations, fmt.Sprintf("%s grants access to %s", registration, text))
			}
		}
		role, _ := registration.Input("role").(string)
		arn, _ := registration.Input("policyArn").(string)
		switch {
		case basicRoles.MatchString(role):
			violations = append(violations, fmt.Sprintf("%s grants %s", registration, role))
		case arn != "" && arn != stacktest.Unknown && !slices.Contains(managedPolicies, arn):
			violations = append(violations, fmt.Sprintf("%s attaches %s", registration, arn))
		case strings.HasPrefix(registration.Type, "kubernetes:rbac") && slices.Contains(collectStrings(registration.Inputs), "*"):
			violations = append(violations, fmt.Sprintf("%s has a wildcard", registration))
		}
	}
	return violations
}

// hasWildcard reports whether a policy statement applies to any action or any principal. NotAction, NotPrincipal and
// NotResource match nearly everything.
func hasWildcard(s object) bool {
	if s["NotAction"] != nil || s["NotPrincipal"] != nil || s["NotResource"] != nil {
		return true
	}
	return slices.ContainsFunc(append(collectStrings(s["Action"]), collectStrings(s["Principal"])...),
		func(text string) bool { return strings.Contains(text, "*") })
}

// policyStatements returns the statements of a policy document. It returns none for any other text.
func policyStatements(text string) []object {
	var document struct{ Statement []object }
	if json.Unmarshal([]byte(text), &document) != nil {
		return nil
	}
	return document.Statement
}

// collectStrings returns all strings in a value, at any depth.
func collectStrings(value any) []string {
	var strs []string
	switch value := value.(type) {
	case string:
		return []string{value}
	case []any:
		for _, element := range value {
			strs = append(strs, collectStrings(element)...)
		}
	case map[string]any:
		for _, element := range value {
			strs = append(strs, collectStrings(element)...)
		}
	}
	return strs
}
