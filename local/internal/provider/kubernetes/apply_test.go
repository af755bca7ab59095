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

	"github.com/modelferry/modelferry/local/internal/provider"
)

func urn(typ string) resource.URN {
	return resource.NewURN("gke", "modelferry", "", tokens.Type(typ), "web")
}

func webDeployment(image string) object {
	return object{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": object{"name": "web", "namespace": "ml"},
		"spec": object{
			"progressDeadlineSeconds": 2,
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

// Apply, wait, fail, update, refresh and delete against the real API server and controllers.
func TestServer_lifecycle(t *testing.T) {
	kubeconfig := startCluster(t)
	ctx := context.Background()
	s := New(&provider.HostClient{}, "").(*server)
	_, err := s.Configure(ctx, plugin.ConfigureRequest{Inputs: props(object{"kubeconfig": kubeconfig})})
	require.NoError(t, err)
	pods := s.cluster.clientset.CoreV1().Pods("ml")
	create := func(typ string, inputs object, seconds float64) (plugin.CreateResponse, error) {
		return s.Create(ctx, plugin.CreateRequest{URN: urn(typ), Type: tokens.Type(typ), Properties: props(inputs), Timeout: seconds})
	}

	namespace := object{"apiVersion": "v1", "kind": "Namespace", "metadata": object{"name": "ml"}}
	created, err := create("kubernetes:core/v1:Namespace", namespace, 30)
	require.NoError(t, err)
	require.EqualValues(t, "ml", created.ID)
	require.Eventually(t, func() bool { // pods need it
		_, err := s.cluster.clientset.CoreV1().ServiceAccounts("ml").Get(ctx, "default", metav1.GetOptions{})
		return err == nil
	}, 20*time.Second, 100*time.Millisecond)

	// A rollout that fails: the init container's own words are in the error, and the object stays on record.
	go terminateInitContainer(t, s.cluster, 4, `{"outcome":"not found","key":"bankchurn/model.joblib"}`)
	start := time.Now()
	_, err = create(deployment, webDeployment("server:1"), 60)
	require.Less(t, time.Since(start), 30*time.Second, "it fails with its progress deadline, not with the timeout")
	require.ErrorContains(t, err, "Deployment ml/web failed")
	require.ErrorContains(t, err, `init container "fetcher": exit code 4 (Error): {"outcome":"not found","key":"bankchurn/model.joblib"}`)
	failure, ok := rpcerror.FromError(err)
	require.True(t, ok)
	detail, ok := failure.Details()[0].(*pulumirpc.ErrorResourceInitFailed)
	require.True(t, ok, "the engine learns that the object exists")
	require.Equal(t, "ml/web", detail.Id)

	// An update that comes up.
	stop := markPodsReady(t, s.cluster)
	updated, err := s.Update(ctx, plugin.UpdateRequest{
		URN: urn(deployment), Type: deployment, ID: "ml/web", OldInputs: props(webDeployment("server:1")), NewInputs: props(webDeployment("server:2")), Timeout: 60,
	})
	require.NoError(t, err)
	require.NotContains(t, provider.ToPlain(updated.Properties)["metadata"], "managedFields")

	// Refresh finds nothing changed, then someone else's change.
	read := func() plugin.ReadResponse {
		read, err := s.Read(ctx, plugin.ReadRequest{URN: urn(deployment), Type: deployment, ID: "ml/web", Inputs: props(webDeployment("server:2")), State: updated.Properties})
		require.NoError(t, err)
		return read
	}
	require.Equal(t, props(webDeployment("server:2")), read().Inputs)
	client, err := s.cluster.resourceClient(toUnstructured(props(webDeployment(""))).GroupVersionKind(), "ml")
	require.NoError(t, err)
	_, err = client.Patch(ctx, "web", types.MergePatchType, []byte(`{"spec":{"progressDeadlineSeconds":30}}`), metav1.PatchOptions{FieldManager: "someone"})
	require.NoError(t, err)
	require.NotEqual(t, props(webDeployment("server:2")), read().Inputs)

	// What someone else has set is not silently overwritten.
	update := plugin.UpdateRequest{URN: urn(deployment), Type: deployment, ID: "ml/web", NewInputs: props(webDeployment("server:3")), Timeout: 60}
	_, err = s.Update(ctx, update)
	require.ErrorContains(t, err, "someone else set what the program sets")
	forced := webDeployment("server:3")
	forced["metadata"].(object)["annotations"] = object{patchForceAnnotation: "true"}
	update.NewInputs = props(forced)
	_, err = s.Update(ctx, update)
	require.NoError(t, err)

	// A field that the API server does not know is its fault to tell.
	invalid := webDeployment("server:3")
	invalid["spec"].(object)["replicaz"] = 1
	update.NewInputs = props(invalid)
	_, err = s.Update(ctx, update)
	require.ErrorContains(t, err, "replicaz")

	// Deleted means gone, with its pods.
	stop()
	_, err = s.Delete(ctx, plugin.DeleteRequest{URN: urn(deployment), Type: deployment, ID: "ml/web", Timeout: 60})
	require.NoError(t, err)
	remaining, err := pods.List(ctx, metav1.ListOptions{})
	require.NoError(t, err)
	require.Empty(t, remaining.Items)
	missing, err := s.Read(ctx, plugin.ReadRequest{URN: urn(deployment), Type: deployment, ID: "ml/web"})
	require.NoError(t, err)
	require.Empty(t, missing.ID)
	_, err = s.Delete(ctx, plugin.DeleteRequest{URN: urn(deployment), Type: deployment, ID: "ml/web", Timeout: 60})
	require.NoError(t, err, "what is gone already is deleted")

	// A kind that the cluster does not have.
	_, err = create("kubernetes:monitoring.coreos.com/v1:ServiceMonitor", object{
		"apiVersion": "monitoring.coreos.com/v1", "kind": "ServiceMonitor", "metadata": object{"name": "a", "namespace": "ml"},
	}, 5)
	require.ErrorContains(t, err, "the cluster knows no monitoring.coreos.com/v1 ServiceMonitor")
}

// terminateInitContainer plays the kubelet for the first pod that appears: its init container has ended.
func terminateInitContainer(t *testing.T, c *clusterClient, code int32, message string) {
	pods := c.clientset.CoreV1().Pods("ml")
	for range 200 {
		list, err := pods.List(context.Background(), metav1.ListOptions{})
		if err == nil && len(list.Items) > 0 {
			pod := list.Items[0]
			pod.Status.InitContainerStatuses = []corev1.ContainerStatus{{
				Name: "fetcher", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code, Reason: "Error", Message: message}},
			}}
			if _, err := pods.UpdateStatus(context.Background(), &pod, metav1.UpdateOptions{}); err == nil {
				return
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("no pod appeared")
}

// markPodsReady plays a kubelet on which every pod comes up and, when deleted, goes at once.
func markPodsReady(t *testing.T, c *clusterClient) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	go func() {
		pods := c.clientset.CoreV1().Pods("ml")
		for ctx.Err() == nil {
			list, err := pods.List(ctx, metav1.ListOptions{})
			if err == nil {
				for _, pod := range list.Items {
					pod.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
					_, _ = pods.UpdateStatus(ctx, &pod, metav1.UpdateOptions{}) // the next turn tries again
				}
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	return cancel
}
