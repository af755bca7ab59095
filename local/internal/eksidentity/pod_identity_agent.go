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
	"github.com/modelferry/modelferry/local/internal/provider/aws"
)

// PodIdentityAgentIP is where EKS's agent answers on every node, by plain HTTP.
const PodIdentityAgentIP = "169.254.170.23"

const (
	// podIdentityService is the principal that assumes a role under Pod Identity, and the audience of a pod's token.
	podIdentityService = "pods.eks.amazonaws.com"
	credentialsPath    = "/v1/credentials"
)

// AgentHandler is EKS Pod Identity's agent for the stack in folder dir: it takes a pod's token for the credentials of
// the role that is associated with its service account.
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
			_ = json.NewEncoder(w).Encode(map[string]string{"code": code, "message": err.Error()}) // a client that went away hears nothing
			return
		}
		log.Info("credentials lent", "role", session.RoleARN, "subject", session.Claims.Subject)
		_ = json.NewEncoder(w).Encode(map[string]string{ // as above
			"AccessKeyId": session.Credentials.AccessKey, "SecretAccessKey": session.Credentials.SecretKey, "Token": "",
			"RoleArn": session.RoleARN, "Expiration": time.Now().Add(sessionDuration).UTC().Format(time.RFC3339),
		})
	})
	return mux
}

// issueCredentials verifies the token, finds the association, and asks the role's trust policy.
func issueCredentials(ctx context.Context, dir string, verifier *Verifier, token string) (Session, error) {
	claims, err := verifier.Verify(ctx, token)
	if errors.Is(err, errTokenExpired) {
		return Session{}, newAPIError(400, "ExpiredTokenException", "%w", err)
	}
	if err != nil {
		return Session{}, newAPIError(400, "InvalidTokenException", "%w", err)
	}
	if !slices.Contains(claims.Audience, podIdentityService) {
		return Session{}, newAPIError(400, "InvalidTokenException", "the token is made out to %s, not to %s",
			strings.Join(claims.Audience, ", "), podIdentityService)
	}
	cloud, err := cloudstate.Load(dir)
	if err != nil {
		return Session{}, err
	}
	account := strings.Split(claims.Subject, ":") // system:serviceaccount:NAMESPACE:NAME
	if len(account) != 4 {
		return Session{}, newAPIError(400, "InvalidTokenException", "%q is no service account", claims.Subject)
	}
	found := findAssociation(cloud, account[2], account[3])
	if found == nil {
		return Session{}, newAPIError(404, "ResourceNotFoundException", "no association is about %s", claims.Subject)
	}
	tags, err := sessionTags(*found)
	if err != nil {
		return Session{}, err
	}
	role, _ := found.Inputs["roleArn"].(string)
	return newSession(dir, cloud, role, claims, func(policy []byte) error { return CheckPodIdentityTrust(policy, tags) })
}

// findAssociation is the association of a service account, nil when there is none.
func findAssociation(cloud *cloudstate.Cloud, namespace, name string) *cloudstate.Resource {
	for _, record := range cloud.OfType(aws.PodIdentityAssociationType) {
		if record.Inputs["namespace"] == namespace && record.Inputs["serviceAccount"] == name {
			return &record
		}
	}
	return nil
}

// sessionTags are those that EKS puts on a session, by which a trust policy knows whose it is.
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
		return nil, fmt.Errorf("association %s: %q is no ARN of one", association.ID, arn)
	}
	tags["eks-cluster-arn"] = before + ":cluster/" + tags["eks-cluster-name"]
	return tags, nil
}
