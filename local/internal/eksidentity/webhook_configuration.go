package eksidentity

import (
	"context"
	"fmt"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	applyv1 "k8s.io/client-go/applyconfigurations/admissionregistration/v1"
	applymeta "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// webhookName is the name of EKS's webhook.
const webhookName = "pod-identity-webhook"

// registerWebhook registers the webhook at url, whose certificate is signed by ca, a PEM. As on EKS, a pod is created
// without credentials if the webhook does not respond.
// https://github.com/aws/amazon-eks-pod-identity-webhook/blob/master/deploy/mutatingwebhook.yaml
func registerWebhook(ctx context.Context, client kubernetes.Interface, url string, ca []byte) error {
	rule := applyv1.RuleWithOperations().
		WithOperations(admissionv1.Create).
		WithAPIGroups("").WithAPIVersions("v1").WithResources("pods").WithScope(admissionv1.NamespacedScope)
	outside := applymeta.LabelSelector().WithMatchExpressions(applymeta.LabelSelectorRequirement().
		WithKey(corev1.LabelMetadataName).WithOperator(metav1.LabelSelectorOpNotIn).
		WithValues("kube-system", "kube-public", "kube-node-lease"))
	configuration := applyv1.MutatingWebhookConfiguration(webhookName).WithWebhooks(
		applyv1.MutatingWebhook().
			WithName("iam-for-pods.modelferry.local").
			WithClientConfig(applyv1.WebhookClientConfig().WithURL(url).WithCABundle(ca...)).
			WithRules(rule).
			WithNamespaceSelector(outside).
			WithFailurePolicy(admissionv1.Ignore).
			WithSideEffects(admissionv1.SideEffectClassNone).
			WithReinvocationPolicy(admissionv1.NeverReinvocationPolicy).
			WithTimeoutSeconds(5).
			WithAdmissionReviewVersions("v1"))
	_, err := client.AdmissionregistrationV1().MutatingWebhookConfigurations().
		Apply(ctx, configuration, metav1.ApplyOptions{FieldManager: "modelferry", Force: true})
	if err != nil {
		return fmt.Errorf("register the pod identity webhook: %w", err)
	}
	return nil
}
