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

// GetServiceAccount reads a service account of the cluster.
type GetServiceAccount func(ctx context.Context, namespace, name string) (*corev1.ServiceAccount, error)

// HasAssociation reports whether a service account has a Pod Identity association.
type HasAssociation func(namespace, name string) (bool, error)

// WebhookHandler returns the mutating admission webhook for pods. stackRegion returns the stack's region, which is read
// for each pod. stsURL is the URL of the local STS.
func WebhookHandler(
	getServiceAccount GetServiceAccount, hasAssociation HasAssociation, stackRegion func() (string, error), stsURL string,
	log *slog.Logger,
) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var review admissionv1.AdmissionReview
		if err := json.NewDecoder(http.MaxBytesReader(w, req.Body, 8<<20)).Decode(&review); err != nil || review.Request == nil {
			http.Error(w, "invalid request to the pod identity webhook: must be an AdmissionReview", http.StatusBadRequest)
			return
		}
		response := &admissionv1.AdmissionResponse{UID: review.Request.UID, Allowed: true}
		patch, err := createPatch(req.Context(), review.Request, getServiceAccount, hasAssociation, stackRegion, stsURL)
		switch {
		case err != nil:
			log.Error("pod denied", "namespace", review.Request.Namespace, "error", err)
			response.Allowed = false
			response.Result = &metav1.Status{Message: fmt.Sprintf("pod identity: %v", err), Code: http.StatusInternalServerError}
		case patch != nil:
			patchType := admissionv1.PatchTypeJSONPatch
			response.PatchType, response.Patch = &patchType, patch
		}
		w.Header().Set("Content-Type", "application/json")
		// It fails only if the API server has closed the connection.
		_ = json.NewEncoder(w).Encode(admissionv1.AdmissionReview{TypeMeta: review.TypeMeta, Response: response})
	})
}

// createPatch returns the JSON patch for a pod, or nil if its service account has no role that the webhook knows of. As
// in EKS, a Pod Identity association is preferred to a role annotation.
func createPatch(
	ctx context.Context, request *admissionv1.AdmissionRequest,
	getServiceAccount GetServiceAccount, hasAssociation HasAssociation, stackRegion func() (string, error), stsURL string,
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
		return nil, nil // the API server denies the pod
	}
	if err != nil {
		return nil, fmt.Errorf("service account %s/%s: %w", request.Namespace, name, err)
	}
	usesPodIdentity, err := hasAssociation(request.Namespace, name)
	if err != nil {
		return nil, err
	}
	regionName, err := stackRegion()
	if err != nil {
		return nil, err
	}
	changed := false
	if usesPodIdentity {
		changed = applyPodIdentity(&pod, regionName)
	} else if irsa, ok := irsaMutationFor(account, regionName, stsURL); ok {
		changed = irsa.Apply(&pod)
	}
	if !changed {
		return nil, nil
	}
	return jsonPatch(pod)
}

// jsonPatch returns a JSON patch with the fields of the pod that a mutation changes.
func jsonPatch(pod corev1.Pod) ([]byte, error) {
	type operation struct {
		Op    string `json:"op"`
		Path  string `json:"path"`
		Value any    `json:"value"`
	}
	// "add" replaces a field that exists.
	patch := []operation{
		{"add", "/spec/containers", pod.Spec.Containers},
		{"add", "/spec/volumes", pod.Spec.Volumes},
	}
	if len(pod.Spec.InitContainers) > 0 {
		patch = append(patch, operation{"add", "/spec/initContainers", pod.Spec.InitContainers})
	}
	return json.Marshal(patch)
}
