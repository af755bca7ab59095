package eksidentity

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var irsaMutation = IRSAMutation{
	RoleARN: "arn:aws:iam::123456789012:role/bankchurn", Audience: "sts.amazonaws.com", Expiration: 86400,
	Region: "eu-west-1", STSURL: "http://10.214.0.2:9443",
}

func newPod() *corev1.Pod {
	return &corev1.Pod{Spec: corev1.PodSpec{
		InitContainers: []corev1.Container{{Name: "fetcher"}},
		Containers:     []corev1.Container{{Name: "server", Env: []corev1.EnvVar{{Name: "AWS_REGION", Value: "us-east-1"}}}},
	}}
}

func envMap(c corev1.Container) map[string]string {
	env := map[string]string{}
	for _, variable := range c.Env {
		env[variable.Name] = variable.Value
	}
	return env
}

func TestIRSAMutationApply(t *testing.T) {
	p := newPod()
	require.True(t, irsaMutation.Apply(p))
	fetcher := envMap(p.Spec.InitContainers[0])
	require.Equal(t, map[string]string{
		"AWS_ROLE_ARN":                "arn:aws:iam::123456789012:role/bankchurn",
		"AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/secrets/eks.amazonaws.com/serviceaccount/token",
		"AWS_REGION":                  "eu-west-1",
		"AWS_DEFAULT_REGION":          "eu-west-1",
		"AWS_STS_REGIONAL_ENDPOINTS":  "regional",
		"AWS_ENDPOINT_URL_STS":        "http://10.214.0.2:9443",
	}, fetcher)
	require.Equal(t, "us-east-1", envMap(p.Spec.Containers[0])["AWS_REGION"], "the pod's value stays")
	require.Equal(
		t,
		[]corev1.VolumeMount{{Name: tokenVolume, MountPath: tokenMountPath, ReadOnly: true}},
		p.Spec.Containers[0].VolumeMounts,
	)
	token := p.Spec.Volumes[0].Projected.Sources[0].ServiceAccountToken
	require.Equal(t, "sts.amazonaws.com", token.Audience)
	require.EqualValues(t, 86400, *token.ExpirationSeconds)

	require.False(t, irsaMutation.Apply(p), "the second time nothing is changed")
	require.Len(t, p.Spec.Volumes, 1)
}

func TestIRSAMutationApply_skipContainers(t *testing.T) {
	p := newPod()
	p.Annotations = map[string]string{skipAnnotation: "server"}
	require.True(t, irsaMutation.Apply(p))
	require.Empty(t, p.Spec.Containers[0].VolumeMounts)
	require.NotEmpty(t, p.Spec.InitContainers[0].VolumeMounts)
}

func TestIRSAMutationFor_annotations(t *testing.T) {
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{
		roleAnnotation: "arn:aws:iam::1:role/r", audienceAnnotation: "api", expirationAnnotation: "3600",
	}}}
	i, ok := irsaMutationFor(account, "eu-west-1", "http://sts")
	require.True(t, ok)
	require.Equal(t, IRSAMutation{"arn:aws:iam::1:role/r", "api", 3600, "eu-west-1", "http://sts"}, i)
	_, ok = irsaMutationFor(&corev1.ServiceAccount{}, "", "")
	require.False(t, ok)
}

func postReview(t *testing.T, accounts GetServiceAccount, associated HasAssociation, p *corev1.Pod) *admissionv1.AdmissionResponse {
	t.Helper()
	raw, err := json.Marshal(p)
	require.NoError(t, err)
	body, err := json.Marshal(admissionv1.AdmissionReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
		Request:  &admissionv1.AdmissionRequest{UID: "1", Namespace: "ml", Object: runtime.RawExtension{Raw: raw}},
	})
	require.NoError(t, err)
	recorder := httptest.NewRecorder()
	WebhookHandler(accounts, associated, func() (string, error) { return "eu-west-1", nil }, "http://sts", slog.New(slog.DiscardHandler)).
		ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, "/mutate", bytes.NewReader(body)))
	var answer admissionv1.AdmissionReview
	require.NoError(t, json.Unmarshal(recorder.Body.Bytes(), &answer))
	require.Equal(t, "AdmissionReview", answer.Kind)
	require.EqualValues(t, "1", answer.Response.UID)
	return answer.Response
}

// noAssociation and anyAssociation are HasAssociation functions with the same result for all service accounts.
func noAssociation(string, string) (bool, error)  { return false, nil }
func anyAssociation(string, string) (bool, error) { return true, nil }

func TestWebhookHandler(t *testing.T) {
	account := func(annotations map[string]string, err error) GetServiceAccount {
		return func(_ context.Context, namespace, name string) (*corev1.ServiceAccount, error) {
			require.Equal(t, "ml", namespace)
			require.Equal(t, "default", name)
			return &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Annotations: annotations}}, err
		}
	}
	withRole := map[string]string{roleAnnotation: "arn:aws:iam::1:role/r"}

	patched := postReview(t, account(withRole, nil), noAssociation, newPod())
	require.True(t, patched.Allowed)
	require.Equal(t, admissionv1.PatchTypeJSONPatch, *patched.PatchType)
	var operations []struct {
		Op, Path string
		Value    json.RawMessage
	}
	require.NoError(t, json.Unmarshal(patched.Patch, &operations))
	require.Len(t, operations, 3)
	require.Contains(t, string(patched.Patch), `"AWS_ROLE_ARN","value":"arn:aws:iam::1:role/r"`)

	plain := postReview(t, account(nil, nil), noAssociation, newPod())
	require.True(t, plain.Allowed)
	require.Empty(t, plain.Patch)

	missing := postReview(t, account(nil, apierrors.NewNotFound(schema.GroupResource{}, "default")), noAssociation, newPod())
	require.True(t, missing.Allowed)

	broken := postReview(t, account(nil, errors.New("no answer")), noAssociation, newPod())
	require.False(t, broken.Allowed)
	require.Contains(t, broken.Result.Message, "service account ml/default: no answer")

	unknown := postReview(t, account(withRole, nil), func(string, string) (bool, error) { return false, errors.New("no record") }, newPod())
	require.False(t, unknown.Allowed, "no pod may start without its role")

	// With both, only the association counts: the SDK would prefer the web identity token.
	agent := postReview(t, account(withRole, nil), anyAssociation, newPod())
	require.True(t, agent.Allowed)
	require.Contains(t, string(agent.Patch), `"AWS_CONTAINER_CREDENTIALS_FULL_URI","value":"http://169.254.170.23/v1/credentials"`)
	require.NotContains(t, string(agent.Patch), "AWS_ROLE_ARN")
}

func TestApplyPodIdentity(t *testing.T) {
	p := newPod()
	require.True(t, applyPodIdentity(p, "eu-west-1"))
	const folder = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount"
	require.Equal(t, map[string]string{
		"AWS_CONTAINER_CREDENTIALS_FULL_URI":     "http://169.254.170.23/v1/credentials",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": folder + "/eks-pod-identity-token",
		"AWS_REGION":                             "eu-west-1",
		"AWS_DEFAULT_REGION":                     "eu-west-1",
		"AWS_STS_REGIONAL_ENDPOINTS":             "regional",
	}, envMap(p.Spec.InitContainers[0]))
	require.Equal(
		t,
		[]corev1.VolumeMount{{Name: "eks-pod-identity-token", MountPath: folder, ReadOnly: true}},
		p.Spec.InitContainers[0].VolumeMounts,
	)
	token := p.Spec.Volumes[0].Projected.Sources[0].ServiceAccountToken
	require.Equal(t, "pods.eks.amazonaws.com", token.Audience)
	require.Equal(t, "eks-pod-identity-token", token.Path)
	require.False(t, applyPodIdentity(p, "eu-west-1"), "the second time nothing is changed")
}
