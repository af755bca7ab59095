//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"slices"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// fetch is a run of a service's fetcher for one object, with the environment of the service.
type fetch struct {
	// name is that of the container.
	name string
	// bucket is the name in the service catalogue, and path that of the object.
	bucket, path string
	// env overrides the environment. No digest and no version are pinned otherwise.
	env []corev1.EnvVar
}

// fetchResult is how a fetcher ended.
type fetchResult struct {
	exitCode int32
	message  string
}

// createFetchPod creates a pod with a service's fetcher in a container for each fetch. The pod has the network policy
// of the service, is no part of it otherwise, and runs as the given service account.
func (c *cloud) createFetchPod(service, account string, fetches []fetch) string {
	c.t.Helper()
	deployment, err := c.client().AppsV1().Deployments(namespace).Get(context.Background(), deployments[service], metav1.GetOptions{})
	require.NoError(c.t, err)
	spec := *deployment.Spec.Template.Spec.DeepCopy()
	fetcher := spec.InitContainers[slices.IndexFunc(spec.InitContainers, func(i corev1.Container) bool { return i.Name == "fetcher" })]
	scheme := map[string]string{"eks": "S3", "gke": "GCS"}[c.Stack]
	spec.InitContainers, spec.Containers, spec.Volumes = nil, nil, nil
	spec.ServiceAccountName, spec.DeprecatedServiceAccount, spec.RestartPolicy = account, "", corev1.RestartPolicyNever
	for _, f := range fetches {
		container := *fetcher.DeepCopy()
		container.Name = f.name
		container.Resources = corev1.ResourceRequirements{
			Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("10m"), corev1.ResourceMemory: resource.MustParse("16Mi")},
		}
		container.Env = append(container.Env,
			corev1.EnvVar{Name: scheme + "_BUCKET", Value: c.bucket(f.bucket)},
			corev1.EnvVar{Name: scheme + "_MODEL_PATH", Value: f.path},
			corev1.EnvVar{Name: "LOCAL_MODEL_PATH", Value: "/models/model"},
			corev1.EnvVar{Name: "FETCH_IDENTITY_WAIT", Value: "8s"}, corev1.EnvVar{Name: "FETCH_RETRIES", Value: "0"},
			corev1.EnvVar{Name: "MODEL_SHA256"}, corev1.EnvVar{Name: "MODEL_VERSION"}, corev1.EnvVar{Name: "ARTIFACTS"},
		)
		container.Env = append(container.Env, f.env...)
		container.VolumeMounts = []corev1.VolumeMount{{Name: container.Name, MountPath: "/models"}}
		// Never ready: the pod's label selects it for the Service, too.
		container.ReadinessProbe = &corev1.Probe{
			ProbeHandler: corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(1)}},
		}
		spec.Containers = append(spec.Containers, container)
		spec.Volumes = append(spec.Volumes, corev1.Volume{
			Name: container.Name, VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}},
		})
	}
	pods := c.client().CoreV1().Pods(namespace)
	pod, err := pods.Create(context.Background(), &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			GenerateName: "access-" + service + "-", Labels: map[string]string{"app": deployments[service]},
		},
		Spec: spec,
	}, metav1.CreateOptions{})
	require.NoError(c.t, err)
	c.t.Cleanup(func() { _ = pods.Delete(context.Background(), pod.Name, metav1.DeleteOptions{}) })
	return pod.Name
}

// fetchResults waits until all containers of a pod of createFetchPod have ended, and returns the result of each.
func (c *cloud) fetchResults(pod string) map[string]fetchResult {
	c.t.Helper()
	results := map[string]fetchResult{}
	waitFor(c.t, func() error {
		current, err := c.client().CoreV1().Pods(namespace).Get(context.Background(), pod, metav1.GetOptions{})
		if err != nil {
			return err
		}
		for _, status := range current.Status.ContainerStatuses {
			if end := status.State.Terminated; end != nil {
				results[status.Name] = fetchResult{end.ExitCode, end.Message}
			}
		}
		if len(results) < len(current.Spec.Containers) {
			return fmt.Errorf("pod %s has to end: %+v", pod, current.Status.ContainerStatuses)
		}
		return nil
	})
	return results
}
