package gkeidentity

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// MetadataServerIP is the address of the metadata server on every node. It speaks plain HTTP.
const MetadataServerIP = "169.254.169.254"

// readyDelay is the time from a pod's start until the metadata server answers. On GKE it takes seconds.
// https://github.com/googleapis/google-cloud-go/issues/14349
// https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity#limitations
const readyDelay = 2 * time.Second

// scope is the scope of every token. What a principal may do is in IAM bindings.
const scope = "https://www.googleapis.com/auth/cloud-platform"

// metadataServer is the GKE metadata server: it issues access tokens of the service account of the pod that asks. The
// program has no Google service accounts of pods (the annotation iam.gke.io/gcp-service-account), and none of its
// servers asks for identity tokens: such requests get 404.
// https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity#metadata_server
type metadataServer struct {
	findPod    FindPod
	records    *records
	tokens     *tokens
	readyDelay time.Duration
	log        *slog.Logger
}

// statusError is an error with the status of the response.
type statusError struct {
	code int
	text string
}

func (s *statusError) Error() string { return s.text }

func (m *metadataServer) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	w.Header().Set("Metadata-Flavor", "Google")
	w.Header().Set("Server", "GKE Metadata Server")
	body, err := m.answer(req)
	if err != nil {
		failed := &statusError{http.StatusInternalServerError, "GKE Metadata Server: Internal Server Error"}
		_ = errors.As(err, &failed)
		m.log.Warn("metadata refused", "from", req.RemoteAddr, "path", req.URL.Path, "status", failed.code, "error", err)
		http.Error(w, failed.text, failed.code)
		return
	}
	if text, ok := body.(string); ok {
		w.Header().Set("Content-Type", "application/text")
		_, _ = fmt.Fprint(w, text) // fails only if the client is gone
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body) // as above
}

// answer returns a text, or a value that is sent as JSON.
func (m *metadataServer) answer(req *http.Request) (any, error) {
	if req.URL.Path == "/" { // a client looks here for a metadata server, before the pod's identity is ready
		return "computeMetadata/\n", nil
	}
	// Both protect from requests that an attacker makes a server send.
	// https://cloud.google.com/compute/docs/metadata/querying-metadata
	if req.Header.Get("Metadata-Flavor") != "Google" || req.Header.Get("X-Forwarded-For") != "" {
		return nil, &statusError{http.StatusForbidden, `Missing required header "Metadata-Flavor": "Google"`}
	}
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		return nil, &statusError{http.StatusMethodNotAllowed, "Method Not Allowed"}
	}
	pod, err := m.pod(req)
	if err != nil {
		return nil, err
	}
	cloud, err := m.records.load()
	if err != nil {
		return nil, err
	}
	p, err := projectOf(cloud)
	if err != nil {
		return nil, err
	}
	path, _ := strings.CutPrefix(req.URL.Path, "/computeMetadata/v1/")
	switch path {
	case "project/project-id":
		return p.id, nil
	case "project/numeric-project-id":
		return p.number, nil
	case "universe/universe-domain":
		return "googleapis.com", nil
	}
	pool, err := p.workloadPool(cloud)
	if err != nil {
		return nil, err
	}
	// A service account without a Google service account has the name of the pool in place of an e-mail address.
	account, isAccount := strings.CutPrefix(path, "instance/service-accounts/")
	name, key, _ := strings.Cut(account, "/")
	switch {
	case isAccount && account == "":
		return fmt.Sprintf("default/\n%s/\n", pool), nil
	case isAccount && (name == "default" || name == pool):
		return m.account(req, key, pool, p.principal(pool, pod.Namespace, pod.Spec.ServiceAccountName))
	}
	return nil, &statusError{http.StatusNotFound, "Not Found"}
}

// account answers below instance/service-accounts/NAME/.
// https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys
func (m *metadataServer) account(req *http.Request, key, pool, principal string) (any, error) {
	switch key {
	case "":
		if req.URL.Query().Get("recursive") != "true" {
			return "aliases\nemail\nidentity\nscopes\ntoken\n", nil
		}
		return map[string]any{"aliases": []string{"default"}, "email": pool, "scopes": []string{scope}}, nil
	case "aliases":
		return "default\n", nil
	case "email":
		return pool, nil
	case "scopes":
		return scope + "\n", nil
	case "token":
		m.log.Info("token issued", "from", req.RemoteAddr, "principal", principal)
		return map[string]any{
			"access_token": m.tokens.issue(principal), "expires_in": int(m.tokens.lifetime.Seconds()), "token_type": "Bearer",
		}, nil
	}
	return nil, &statusError{http.StatusNotFound, "Not Found"}
}

// pod returns the pod that asks, once the server is ready for it.
func (m *metadataServer) pod(req *http.Request) (*corev1.Pod, error) {
	from, err := netip.ParseAddrPort(req.RemoteAddr)
	if err != nil {
		return nil, err
	}
	pod, err := m.findPod(req.Context(), from.Addr().Unmap())
	if err != nil {
		return nil, err
	}
	if started := pod.Status.StartTime; started == nil || time.Since(started.Time) < m.readyDelay {
		return nil, fmt.Errorf("not ready for pod %s/%s", pod.Namespace, pod.Name)
	}
	return pod, nil
}
