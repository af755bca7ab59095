package program

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// wideStatement is a statement that may have a wildcard for its action or its
// principal. Whatever is on the list refuses, and lets nobody in.
type wideStatement struct {
	why string
	is  func(s object) bool
}

var wideStatements = []wideStatement{
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
	everyone   = []string{"allUsers", "allAuthenticatedUsers"}
	basicRoles = regexp.MustCompile(`^roles/(owner|editor|viewer|browser)$`)
)

// wideGrants finds what lets in whoever comes, or lets someone do whatever
// they like: in policy documents, in bindings, and in the cluster's own roles.
func wideGrants(r *ran) []string {
	var found []string
	for _, each := range r.All {
		if !each.Custom {
			continue
		}
		for _, text := range texts(each.Inputs) {
			for _, s := range statements(text) {
				if wide(s) && !slices.ContainsFunc(wideStatements, func(w wideStatement) bool { return w.is(s) }) {
					found = append(found, fmt.Sprintf("%s: %v", each, s))
				}
			}
			if slices.Contains(everyone, text) {
				found = append(found, fmt.Sprintf("%s is for %s", each, text))
			}
		}
		role, _ := each.At("role").(string)
		arn, _ := each.At("policyArn").(string)
		switch {
		case basicRoles.MatchString(role):
			found = append(found, fmt.Sprintf("%s grants %s", each, role))
		case arn != "" && arn != stacktest.Unknown && !slices.Contains(managedPolicies, arn):
			found = append(found, fmt.Sprintf("%s attaches %s", each, arn))
		case strings.HasPrefix(each.Type, "kubernetes:rbac") && slices.Contains(texts(each.Inputs), "*"):
			found = append(found, fmt.Sprintf("%s has a wildcard", each))
		}
	}
	return found
}

// wide tells whether a statement of a policy names no action or no principal
// in particular. "Not" of something is nearly everything.
func wide(s object) bool {
	if s["NotAction"] != nil || s["NotPrincipal"] != nil || s["NotResource"] != nil {
		return true
	}
	return slices.ContainsFunc(append(texts(s["Action"]), texts(s["Principal"])...), func(text string) bool { return strings.Contains(text, "*") })
}

// statements returns those of a policy document, none of any other text.
func statements(text string) []object {
	var document struct{ Statement []object }
	if json.Unmarshal([]byte(text), &document) != nil {
		return nil
	}
	return document.Statement
}

// texts lists all text in a value, at any depth.
func texts(value any) []string {
	var all []string
	switch value := value.(type) {
	case string:
		return []string{value}
	case []any:
		for _, element := range value {
			all = append(all, texts(element)...)
		}
	case map[string]any:
		for _, element := range value {
			all = append(all, texts(element)...)
		}
	}
	return all
}
