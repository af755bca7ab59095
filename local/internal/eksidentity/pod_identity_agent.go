package eksidentity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/eksidentity/trustpolicy"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
)

// PodIdentityAgentIP is the link-local address of the EKS Pod Identity agent on every node. It speaks plain HTTP.
const PodIdentityAgentIP = "169.254.170.23"

const credentialsPath = "/v1/credentials"

// AgentHandler returns the API of the EKS Pod Identity agent for the stack in dir: it exchanges a pod's token for
// credentials of the role in the association of the pod's service account.
func AgentHandler(dir string, verifier *Verifier, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+credentialsPath, func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		session, err := issueCredentials(req.Context(), dir, verifier, req.Header.Get("Authorization"))
		if err != nil {
			log.Warn("credentials refused", "error", err)
			status, code := http.StatusInternalServerError, "InternalServerException"
			if r := (*apiError)(nil); errors.As(err, &r) {
				status, code = r.status, r.code
			}
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(map[string]string{"code": code, "message": err.Error()}) // fails only if the client is gone
			return
		}
		log.Info("credentials issued", "role", session.RoleARN, "subject", session.Claims.Subject)
		_ = json.NewEncoder(w).Encode(map[string]string{ // as above
			"AccessKeyId": session.Credentials.AccessKey, "SecretAccessKey": session.Credentials.SecretKey, "Token": "",
			"RoleArn": session.RoleARN, "Expiration": time.Now().Add(sessionDuration).UTC().Format(time.RFC3339),
		})
	})
	return mux
}

// issueCredentials verifies the token, looks up the association and checks the role's trust policy.
func issueCredentials(ctx context.Context, dir string, verifier *Verifier, token string) (Session, error) {
	claims, err := verifier.Verify(ctx, token)
	if errors.Is(err, errTokenExpired) {
		return Session{}, newAPIError(400, "ExpiredTokenException", "%w", err)
	}
	if err != nil {
		return Session{}, newAPIError(400, "InvalidTokenException", "%w", err)
	}
	if !slices.Contains(claims.Audience, trustpolicy.PodIdentityService) {
		return Session{}, newAPIError(400, "InvalidTokenException", "invalid token audience %s: must be %s",
			strings.Join(claims.Audience, ", "), trustpolicy.PodIdentityService)
	}
	cloud, err := cloudstate.Load(dir)
	if err != nil {
		return Session{}, err
	}
	cloud = cloud.Propagated()
	subject := strings.Split(claims.Subject, ":") // system:serviceaccount:NAMESPACE:NAME
	if len(subject) != 4 {
		return Session{}, newAPIError(400, "InvalidTokenException", "invalid token subject %q: must be a service account", claims.Subject)
	}
	association := findAssociation(cloud, subject[2], subject[3])
	if association == nil {
		return Session{}, newAPIError(404, "ResourceNotFoundException", "no association for %s", claims.Subject)
	}
	tags, err := sessionTags(*association)
	if err != nil {
		return Session{}, err
	}
	role, _ := association.Inputs["roleArn"].(string)
	return newSession(dir, cloud, role, claims, func(policy []byte) error { return trustpolicy.CheckPodIdentity(policy, tags) })
}

// findAssociation returns the association of a service account, or nil.
func findAssociation(cloud *cloudstate.Cloud, namespace, name string) *cloudstate.Resource {
	for _, record := range cloud.OfType(aws.PodIdentityAssociationType) {
		if record.Inputs["namespace"] == namespace && record.Inputs["serviceAccount"] == name {
			return &record
		}
	}
	return nil
}

// sessionTags returns the tags with which EKS identifies a session's cluster and service account.
func sessionTags(association cloudstate.Resource) (map[string]string, error) {
	tags := map[string]string{}
	for tag, input := range map[string]string{
		"eks-cluster-name": "clusterName", "kubernetes-namespace": "namespace", "kubernetes-service-account": "serviceAccount",
	} {
		tags[tag], _ = association.Inputs[input].(string)
	}
	// arn:aws:eks:REGION:ACCOUNT:podidentityassociation/CLUSTER/ID
	arn, _ := association.Outputs["associationArn"].(string)
	before, _, ok := strings.Cut(arn, ":podidentityassociation/")
	if !ok {
		return nil, fmt.Errorf("association %s: invalid ARN %q", association.ID, arn)
	}
	tags["eks-cluster-arn"] = before + ":cluster/" + tags["eks-cluster-name"]
	return tags, nil
}
