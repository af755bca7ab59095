//go:build e2e

package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/local/internal/provider"
	"github.com/modelferry/modelferry/stack"
	"github.com/modelferry/modelferry/stack/stacktest"
)

// A real API server evaluates the program's policy for the pods of the program's Deployments.
func TestAdmissionPolicy(t *testing.T) {
	for identity, variables := range map[string][]string{
		"irsa":        {"AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"},
		"podIdentity": {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"},
	} {
		t.Run(identity, func(t *testing.T) {
			record := runEKS(t, identity)
			client := applyWithoutDeployments(t, record)
			service, autoscaler := podOf(t, record, "bankchurn"), podOf(t, record, "cluster-autoscaler")
			admissionError := func(pod *corev1.Pod) error {
				_, err := client.CoreV1().Pods(pod.Namespace).Create(
					context.Background(), pod, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
				return err
			}
			waitFor(t, func() error { // until the API server enforces the policy and has the namespaces' service accounts
				for _, pod := range []*corev1.Pod{service, autoscaler} {
					if err := admissionError(pod); err == nil || !strings.Contains(err.Error(), "ValidatingAdmissionPolicy") {
						return fmt.Errorf("%s should be refused: %w", pod.Name, err)
					}
				}
				_, err := client.CoreV1().ServiceAccounts(metav1.NamespaceDefault).Get(context.Background(), "default", metav1.GetOptions{})
				return err
			})
			for _, test := range []struct {
				name    string
				pod     *corev1.Pod
				change  func(pod *corev1.Pod)
				refused bool
			}{
				{"service without credentials", service, func(*corev1.Pod) {}, true},
				{"service with credentials", service, func(pod *corev1.Pod) { setEnv(pod, variables, "fetcher", "server") }, false},
				{"service with credentials of the server only", service, func(pod *corev1.Pod) { setEnv(pod, variables, "server") }, true},
				{"service with credentials of the fetcher, beside a sidecar", service, func(pod *corev1.Pod) {
					sidecar := pod.Spec.Containers[0].DeepCopy()
					sidecar.Name = "sidecar"
					pod.Spec.Containers = append(pod.Spec.Containers, *sidecar)
					setEnv(pod, variables, "fetcher", "server")
				}, false},
				{"service with another variable", service, func(pod *corev1.Pod) { setEnv(pod, []string{"AWS_REGION"}, "fetcher", "server") }, true},
				{"service without a fetcher", service, func(pod *corev1.Pod) { pod.Spec.InitContainers = nil }, false},
				{"another pod in the namespace", service, func(pod *corev1.Pod) { delete(pod.Labels, "tier") }, false},
				{"another project's service in the namespace", service, func(pod *corev1.Pod) {
					delete(pod.Labels, "app.kubernetes.io/part-of")
				}, false},
				{"service of another stack", service, func(pod *corev1.Pod) {
					pod.Namespace, pod.Spec.ServiceAccountName = metav1.NamespaceDefault, ""
				}, false},
				{"autoscaler without credentials", autoscaler, func(*corev1.Pod) {}, true},
				{"autoscaler with credentials", autoscaler, func(pod *corev1.Pod) { setEnv(pod, variables, "cluster-autoscaler") }, false},
				{"another pod in kube-system", autoscaler, func(pod *corev1.Pod) { pod.Labels["app"] = "coredns" }, false},
			} {
				t.Run(test.name, func(t *testing.T) {
					pod := test.pod.DeepCopy()
					test.change(pod)
					err := admissionError(pod)
					if test.refused {
						require.ErrorContains(t, err, "the pod has no credentials yet, "+variableOf(identity)+" is not set")
					} else {
						require.NoError(t, err)
					}
				})
			}
		})
	}
}

// variableOf returns the variable in the policy's message.
func variableOf(identity string) string {
	return map[string]string{"irsa": "AWS_WEB_IDENTITY_TOKEN_FILE", "podIdentity": "AWS_CONTAINER_CREDENTIALS_FULL_URI"}[identity]
}

// runEKS runs the program with the repository's stack on EKS and an identity.
func runEKS(t *testing.T, identity string) *stacktest.Record {
	t.Helper()
	settings, err := configtest.RepositoryStack("eks")
	require.NoError(t, err)
	settings.Set("identity", identity)
	program := stack.Program{ConfigKeys: settings.Keys()}
	record, err := stacktest.Run(func(ctx *pulumi.Context) (pulumi.Map, error) { return nil, program.Deploy(ctx) }, "eks", settings, false)
	require.NoError(t, err)
	return record
}

// applyWithoutDeployments creates the program's objects of the kinds that pods need in a new cluster.
func applyWithoutDeployments(t *testing.T, record *stacktest.Record) kubernetes.Interface {
	t.Helper()
	kubeconfig := startControlPlane(t)
	ctx := context.Background()
	s := New(&provider.HostClient{}, "").(*server)
	_, err := s.Configure(ctx, plugin.ConfigureRequest{Inputs: props(object{"kubeconfig": kubeconfig})})
	require.NoError(t, err)
	kinds := []string{"Namespace", "ServiceAccount", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"}
	for _, kind := range kinds {
		for _, registration := range record.ByType(kind) {
			typ := tokens.Type(registration.Type)
			urn := resource.NewURN("eks", stacktest.Project, "", typ, registration.Name)
			checked, err := s.Check(ctx, plugin.CheckRequest{URN: urn, Type: typ, News: props(registration.Inputs)})
			require.NoError(t, err, registration)
			require.Empty(t, checked.Failures, registration)
			_, err = s.Create(ctx, plugin.CreateRequest{URN: urn, Type: typ, Properties: checked.Properties, Timeout: timeoutSeconds})
			require.NoError(t, err, registration)
		}
	}
	return s.cluster.clientset
}

// podOf returns the first pod of a Deployment of the program.
func podOf(t *testing.T, record *stacktest.Record, deployment string) *corev1.Pod {
	t.Helper()
	d := record.MustGet(t, "Deployment", deployment)
	text, err := json.Marshal(d.Input("spec.template"))
	require.NoError(t, err)
	var pod corev1.Pod
	require.NoError(t, json.Unmarshal(text, &pod))
	pod.Name, pod.Namespace = deployment, fmt.Sprint(d.Input("metadata.namespace"))
	return &pod
}

// setEnv sets variables in containers, as the cloud's webhook does.
func setEnv(pod *corev1.Pod, variables []string, containers ...string) {
	for _, list := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range list {
			if !slices.Contains(containers, list[i].Name) {
				continue
			}
			for _, name := range variables {
				list[i].Env = append(list[i].Env, corev1.EnvVar{Name: name, Value: strings.ToLower(name)})
			}
		}
	}
}
