// Package gcpiam evaluates IAM bindings on Cloud Storage: who may do what with which object. It has no state.
package gcpiam

import (
	"slices"
	"strings"
	"time"
)

// Binding grants a role to a member on a bucket, on a managed folder of a bucket or, without both, on the project.
type Binding struct {
	Bucket string
	// ManagedFolder ends with a slash, see NewFolder. Its IAM policy applies to the objects whose names begin with it.
	// https://cloud.google.com/storage/docs/managed-folders
	ManagedFolder string
	Role          string
	Member        string
	// Condition is a CEL expression. Without one, the binding always applies.
	Condition string
}

// Request is a request of a principal for one permission.
type Request struct {
	// Principal is the identifier of a principal, such as principal://iam.googleapis.com/….
	Principal  string
	Permission string
	Bucket     string
	// Object is the object's name. It is empty for a request to the bucket.
	Object string
	// Prefix is the prefix of a request to list objects.
	Prefix string
	Time   time.Time
}

// NewFolder returns the name of a managed folder with the slash at its end that Cloud Storage adds.
func NewFolder(name string) string { return strings.TrimSuffix(name, "/") + "/" }

// Allows reports whether one of the bindings grants the permission. IAM adds up the policies of an object's managed
// folders, bucket and project.
func Allows(bindings []Binding, r Request) bool {
	return slices.ContainsFunc(bindings, func(b Binding) bool {
		return b.appliesTo(r) && matches(b.Member, r.Principal) && HasPermission(b.Role, r.Permission) && b.conditionHolds(r)
	})
}

// appliesTo reports whether the binding's resource is the request's, or contains it.
func (b Binding) appliesTo(r Request) bool {
	switch {
	case b.ManagedFolder != "":
		return b.Bucket == r.Bucket && strings.HasPrefix(r.Object+r.Prefix, b.ManagedFolder)
	case b.Bucket != "":
		return b.Bucket == r.Bucket
	default:
		return true
	}
}

// matches reports whether a member of a binding is the principal, or a set that contains it. allUsers and
// allAuthenticatedUsers are nobody: the stack's buckets prevent public access.
// https://cloud.google.com/iam/docs/principal-identifiers
func matches(member, principal string) bool {
	if member == principal {
		return principal != "" && principal != "allUsers" && principal != "allAuthenticatedUsers"
	}
	set, isSet := strings.CutPrefix(member, "principalSet://")
	pool, subject, ok := strings.Cut(strings.TrimPrefix(principal, "principal://"), "/subject/")
	if !isSet || !ok || !strings.HasPrefix(principal, "principal://") {
		return false
	}
	if set == pool+"/*" { // every identity of the pool
		return true
	}
	// The service accounts of a namespace. The subject is ns/NAMESPACE/sa/NAME.
	namespace, _, _ := strings.Cut(strings.TrimPrefix(subject, "ns/"), "/sa/")
	return namespace != "" && set == pool+"/namespace/"+namespace
}
