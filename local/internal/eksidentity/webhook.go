package eksidentity

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// GetServiceAccount finds a service account of the cluster.
type GetServiceAccount func(ctx context.Context, namespace, name string) (*corev1.ServiceAccount, error)

// HasAssociation tells whether a service account has a role by Pod Identity.
type HasAssociation func(namespace, name string) (bool, error)

// WebhookHandler is the admission webhook for pods. region tells the stack's region at the time of asking, sts is
// the token service's URL.
func WebhookHandler(
	accounts GetServiceAccount,
	associated HasAssociation,
	region func() (string, error),
	sts string,
	log *slog.Logger,
) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var review admissionv1.AdmissionReview
		if err := json.NewDecoder(http.MaxBytesReader(w, req.Body, 8<<20)).Decode(&review); err != nil || review.Request == nil {
			http.Error(w, "this is the pod identity webhook: it expects an AdmissionReview", http.StatusBadRequest)
			return
		}
		response := &admissionv1.AdmissionResponse{UID: review.Request.UID, Allowed: true}
		patch, err := createPatch(req.Context(), review.Request, accounts, associated, region, sts)
		switch {
		case err != nil:
			log.Error("pod refused", "namespace", review.Request.Namespace, "error", err)
			response.Allowed = false
			response.Result = &metav1.Status{Message: fmt.Sprintf("pod identity: %v", err), Code: http.StatusInternalServerError}
		case patch != nil:
			kind := admissionv1.PatchTypeJSONPatch
			response.PatchType, response.Patch = &kind, patch
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).
			Encode(admissionv1.AdmissionReview{TypeMeta: review.TypeMeta, Response: response})
		// the API server times out by itself
	})
}

// createPatch is the JSON patch for a pod, nil when its service account has no role. As on EKS, an association comes
// before an annotation.
func createPatch(
	ctx context.Context,
	request *admissionv1.AdmissionRequest,
	getServiceAccount GetServiceAccount,
	hasAssociation HasAssociation,
	stackRegion func() (string, error),
	stsURL string,
) ([]byte, error) {
	var pod corev1.Pod
	if err := json.Unmarshal(request.Object.Raw, &pod); err != nil {
		return nil, fmt.Errorf("read the pod: %w", err)
	}
	name := pod.Spec.ServiceAccountName
	if name == "" {
		name = "default"
	}
	account, err := getServiceAccount(ctx, request.Namespace, name)
	if apierrors.IsNotFound(err) {
		return nil, nil // the API server refuses the pod by itself, in its own words
	}
	if err != nil {
		return nil, fmt.Errorf("service account %s/%s: %w", request.Namespace, name, err)
	}
	usesPodIdentity, err := hasAssociation(request.Namespace, name)
	if err != nil || !usesPodIdentity && account.Annotations[roleAnnotation] == "" {
		return nil, err
	}
	regionName, err := stackRegion()
	if err != nil {
		return nil, err
	}
	inject := func(pod *corev1.Pod) bool { return applyPodIdentity(pod, regionName) }
	if !usesPodIdentity {
		injection, _ := irsaMutationFor(account, regionName, stsURL)
		inject = injection.Apply
	}
	if !inject(&pod) {
		return nil, nil
	}
	return jsonPatch(pod)
}

// jsonPatch puts the parts of a pod that an injection changes in the place of those that are there.
func jsonPatch(pod corev1.Pod) ([]byte, error) {
	type operation struct {
		Op    string `json:"op"`
		Path  string `json:"path"`
		Value any    `json:"value"`
	}
	// "add" on a field that is there takes its place.
	patch := []operation{
		{"add", "/spec/containers", pod.Spec.Containers},
		{"add", "/spec/volumes", pod.Spec.Volumes},
	}
	if len(pod.Spec.InitContainers) > 0 {
		patch = append(patch, operation{"add", "/spec/initContainers", pod.Spec.InitContainers})
	}
	return json.Marshal(patch)
}
