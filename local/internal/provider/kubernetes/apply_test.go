//go:build e2e

package kubernetes

import (
	"context"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/modelferry/modelferry/local/internal/provider"
)

func urn(typ string) resource.URN {
	return resource.NewURN("gke", "modelferry", "", tokens.Type(typ), "web")
}

// webDeployment returns a Deployment whose rollout fails when it makes no progress for deadline seconds.
func webDeployment(image string, deadline int) object {
	return object{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": object{"name": "web", "namespace": "ml"},
		"spec": object{
			"progressDeadlineSeconds": deadline,
			"selector":                object{"matchLabels": object{"app": "web"}},
			"template": object{
				"metadata": object{"labels": object{"app": "web"}},
				"spec": object{
					"initContainers": []any{object{"name": "fetcher", "image": "fetcher"}},
					"containers":     []any{object{"name": "server", "image": image, "ports": []any{object{"containerPort": 8000}}}},
				},
			},
		},
	}
}

const (
	// timeout, in seconds, of an operation that is expected to end by itself. A loaded machine needs far longer than an
	// idle one.
	timeoutSeconds = 300
	// deadline of a rollout that is expected to succeed.
	longDeadline = 120
)

// The whole life of a Deployment with the real API server and controllers.
func TestServer_lifecycle(t *testing.T) {
	kubeconfig := startControlPlane(t)
	ctx := context.Background()
	s := New(&provider.HostClient{}, "").(*server)
	_, err := s.Configure(ctx, plugin.ConfigureRequest{Inputs: props(object{"kubeconfig": kubeconfig})})
	require.NoError(t, err)
	pods := s.cluster.clientset.CoreV1().Pods("ml")
	create := func(typ string, inputs object) (plugin.CreateResponse, error) {
		return s.Create(ctx, plugin.CreateRequest{
			URN: urn(typ), Type: tokens.Type(typ), Properties: props(inputs), Timeout: timeoutSeconds,
		})
	}

	namespace := object{"apiVersion": "v1", "kind": "Namespace", "metadata": object{"name": "ml"}}
	created, err := create("kubernetes:core/v1:Namespace", namespace)
	require.NoError(t, err)
	require.EqualValues(t, "ml", created.ID)
	require.Eventually(t, func() bool { // pods cannot be created without it
		_, err := s.cluster.clientset.CoreV1().ServiceAccounts("ml").Get(ctx, "default", metav1.GetOptions{})
		return err == nil
	}, 2*time.Minute, 100*time.Millisecond)

	// A failing rollout: the error has the init container's termination message, and the engine learns that the
	// Deployment exists.
	terminated := terminateInitContainer(t, s.cluster, 4, `{"outcome":"not found","key":"bankchurn/model.joblib"}`)
	_, err = create(deployment, webDeployment("server:1", 10))
	require.NoError(t, <-terminated)
	require.ErrorContains(t, err, "Deployment ml/web failed", "at its progress deadline, before the timeout")
	require.ErrorContains(t, err,
		`init container "fetcher": exit code 4 (Error): {"outcome":"not found","key":"bankchurn/model.joblib"}`)
	failure, ok := rpcerror.FromError(err)
	require.True(t, ok)
	detail, ok := failure.Details()[0].(*pulumirpc.ErrorResourceInitFailed)
	require.True(t, ok)
	require.Equal(t, "ml/web", detail.Id)

	// A successful update.
	stop := markPodsReady(t, s.cluster)
	updated, err := s.Update(ctx, plugin.UpdateRequest{
		URN: urn(deployment), Type: deployment, ID: "ml/web", Timeout: timeoutSeconds,
		OldInputs: props(webDeployment("server:1", 10)), NewInputs: props(webDeployment("server:2", longDeadline)),
	})
	require.NoError(t, err)
	require.NotContains(t, provider.ToPlain(updated.Properties)["metadata"], "managedFields")

	// A refresh without a change, and one after a change by another field manager.
	read := func() plugin.ReadResponse {
		read, err := s.Read(ctx, plugin.ReadRequest{
			URN: urn(deployment), Type: deployment, ID: "ml/web",
			Inputs: props(webDeployment("server:2", longDeadline)), State: updated.Properties,
		})
		require.NoError(t, err)
		return read
	}
	require.Equal(t, props(webDeployment("server:2", longDeadline)), read().Inputs)
	client, err := s.cluster.resourceClient(toUnstructured(props(webDeployment("", 0))).GroupVersionKind(), "ml")
	require.NoError(t, err)
	_, err = client.Patch(ctx, "web", types.MergePatchType, []byte(`{"spec":{"progressDeadlineSeconds":30}}`),
		metav1.PatchOptions{FieldManager: "someone"})
	require.NoError(t, err)
	require.NotEqual(t, props(webDeployment("server:2", longDeadline)), read().Inputs)

	// The other field manager's value is overwritten only if the program says so.
	update := plugin.UpdateRequest{
		URN: urn(deployment), Type: deployment, ID: "ml/web", Timeout: timeoutSeconds,
		NewInputs: props(webDeployment("server:3", longDeadline)),
	}
	_, err = s.Update(ctx, update)
	require.ErrorContains(t, err, "another field manager owns fields that the program sets")
	forced := webDeployment("server:3", longDeadline)
	forced["metadata"].(object)["annotations"] = object{patchForceAnnotation: "true"}
	update.NewInputs = props(forced)
	_, err = s.Update(ctx, update)
	require.NoError(t, err)

	// The API server's error about an unknown field.
	invalid := webDeployment("server:3", longDeadline)
	invalid["spec"].(object)["replicaz"] = 1
	update.NewInputs = props(invalid)
	_, err = s.Update(ctx, update)
	require.ErrorContains(t, err, "replicaz")

	// Deleting the Deployment deletes its pods.
	stop()
	_, err = s.Delete(ctx, plugin.DeleteRequest{URN: urn(deployment), Type: deployment, ID: "ml/web", Timeout: timeoutSeconds})
	require.NoError(t, err)
	remaining, err := pods.List(ctx, metav1.ListOptions{})
	require.NoError(t, err)
	require.Empty(t, remaining.Items)
	missing, err := s.Read(ctx, plugin.ReadRequest{URN: urn(deployment), Type: deployment, ID: "ml/web"})
	require.NoError(t, err)
	require.Empty(t, missing.ID)
	_, err = s.Delete(ctx, plugin.DeleteRequest{URN: urn(deployment), Type: deployment, ID: "ml/web", Timeout: timeoutSeconds})
	require.NoError(t, err, "it does not exist any more")

	_, err = create("kubernetes:monitoring.coreos.com/v1:ServiceMonitor", object{
		"apiVersion": "monitoring.coreos.com/v1", "kind": "ServiceMonitor", "metadata": object{"name": "a", "namespace": "ml"},
	})
	require.ErrorContains(t, err, "the cluster has no resource type monitoring.coreos.com/v1 ServiceMonitor")
}

// terminateInitContainer acts as the kubelet for the first pod that appears, and terminates its init container. The
// channel receives the result.
func terminateInitContainer(t *testing.T, c *clusterClient, code int32, message string) <-chan error {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	pods := c.clientset.CoreV1().Pods("ml")
	result := make(chan error, 1)
	go func() {
		result <- wait.PollUntilContextCancel(ctx, 50*time.Millisecond, true, func(ctx context.Context) (bool, error) {
			list, err := pods.List(ctx, metav1.ListOptions{})
			if err == nil && len(list.Items) > 0 {
				pod := list.Items[0]
				pod.Status.InitContainerStatuses = []corev1.ContainerStatus{{
					Name: "fetcher",
					State: corev1.ContainerState{
						Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Reason: "Error", Message: message},
					},
				}}
				_, err = pods.UpdateStatus(ctx, &pod, metav1.UpdateOptions{})
				return err == nil, nil // a conflict is retried with the new version
			}
			return false, nil
		})
	}()
	return result
}

// markPodsReady acts as a kubelet on which every pod becomes ready, until stop is called.
func markPodsReady(t *testing.T, c *clusterClient) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	go func() {
		pods := c.clientset.CoreV1().Pods("ml")
		for ctx.Err() == nil {
			list, err := pods.List(ctx, metav1.ListOptions{})
			if err == nil {
				for _, pod := range list.Items {
					pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
					_, _ = pods.UpdateStatus(ctx, &pod, metav1.UpdateOptions{}) // retried in the next iteration
				}
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	return cancel
}
