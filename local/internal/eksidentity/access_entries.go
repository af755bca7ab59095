package eksidentity

import (
	"crypto/subtle"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"

	authenticationv1 "k8s.io/api/authentication/v1"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
)

// accessPolicyGroups are the RBAC groups with the permissions of an access policy. EKS authorizes access policies by
// itself, without RBAC objects. AmazonEKSClusterAdminPolicy has the permissions of the role cluster-admin.
// https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
var accessPolicyGroups = map[string]string{"AmazonEKSClusterAdminPolicy": "system:masters"}

// AuthenticationHandler returns the webhook with which the API server authenticates tokens of `aws eks get-token`. The
// caller is the role that Pulumi runs with. It needs an access entry of the cluster, and an associated access policy to
// be allowed anything: both have an effect after the propagation delay. Without an entry it is not authenticated. In a
// cluster that the stack does not create, the caller is an administrator.
// https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
func AuthenticationHandler(stackDir, callerToken string, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var review authenticationv1.TokenReview
		if err := json.NewDecoder(http.MaxBytesReader(w, req.Body, 1<<20)).Decode(&review); err != nil {
			http.Error(w, "invalid request to the authentication webhook: must be a TokenReview", http.StatusBadRequest)
			return
		}
		review.Status = authenticationv1.TokenReviewStatus{}
		if subtle.ConstantTimeCompare([]byte(review.Spec.Token), []byte(callerToken)) == 1 {
			cloud, err := cloudstate.Load(stackDir)
			if err != nil {
				log.Error("not authenticated", "error", err)
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			review.Status = authenticateCaller(cloud)
		}
		review.Spec.Token = "" // must not be logged
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(review) // It fails only if the API server has closed the connection.
	})
}

// authenticateCaller returns the caller's user with the groups of its access policies.
func authenticateCaller(cloud *cloudstate.Cloud) authenticationv1.TokenReviewStatus {
	clusters := cloud.OfType(aws.ClusterType)
	if len(clusters) == 0 {
		return authenticated(aws.CallerRole, "system:masters")
	}
	known := cloud.Propagated()
	for _, entry := range known.OfType(aws.AccessEntryType) {
		principal, _ := entry.Outputs["principalArn"].(string)
		if !isCaller(principal) {
			continue
		}
		var groups []string
		for _, association := range known.OfType(aws.AccessPolicyAssociationType) {
			policy, _ := association.Outputs["policyArn"].(string)
			group, ok := accessPolicyGroups[policy[strings.LastIndex(policy, "/")+1:]]
			if ok && association.Outputs["principalArn"] == principal {
				groups = append(groups, group)
			}
		}
		return authenticated(principal, groups...)
	}
	return authenticationv1.TokenReviewStatus{}
}

// isCaller reports whether an access entry's principal is the role of the caller, with any path.
func isCaller(principal string) bool {
	resource := principal[strings.LastIndex(principal, ":")+1:]
	return strings.HasPrefix(resource, "role/") && strings.HasSuffix(resource, "/"+aws.CallerRole)
}

func authenticated(user string, groups ...string) authenticationv1.TokenReviewStatus {
	return authenticationv1.TokenReviewStatus{
		Authenticated: true, User: authenticationv1.UserInfo{Username: user, Groups: groups},
	}
}
