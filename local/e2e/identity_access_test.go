//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// deployments are the names of the services' Deployments, which their service accounts have, too.
var deployments = map[string]string{
	"bankchurn": bankchurnDeployment, "nlpinsight": "nlpinsight-analyzer", "chicagotaxi": "chicagotaxi-pipeline",
}

// readPrefix is a prefix of a bucket of the service catalogue.
type readPrefix struct{ bucket, prefix string }

// granted are the prefixes that each service may read: those of its artifacts in Pulumi.yaml.
var granted = map[string][]readPrefix{
	"bankchurn":   {{"models", "bankchurn"}, {"datasets", "bankchurn"}},
	"nlpinsight":  {{"models", "nlpinsight"}, {"datasets", "nlpinsight"}},
	"chicagotaxi": {{"models", "chicagotaxi"}},
}

// exitDenied is the fetcher's exit code if it has no identity, or one that may not read the object.
const exitDenied = 3

// fetchResult is how a fetcher ended.
type fetchResult struct {
	exitCode int32
	message  string
}

// TestIdentity_readsOwnPrefixesOnly has fetchers in pods of every service read every prefix of both buckets.
func TestIdentity_readsOwnPrefixesOnly(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		for _, identity := range c.identityModes() {
			t.Run(identity, func(t *testing.T) {
				c := c.withT(t)
				c.useIdentity(identity)
				requireOwnPrefixesOnly(c)
			})
		}
	})
}

func requireOwnPrefixesOnly(c *cloud) {
	c.t.Helper()
	prefixes := c.allPrefixes()
	pods := map[string]string{}
	for service, deployment := range deployments {
		pods[service] = c.createFetchPod(service, deployment, nil, prefixes)
	}
	for service, pod := range pods {
		results := c.fetchResults(pod)
		require.Len(c.t, results, len(prefixes))
		for _, p := range prefixes {
			result := results[p]
			if slices.Contains(granted[service], p) {
				require.EqualValues(c.t, 0, result.exitCode, "%s has to read %s: %s", service, p, result.message)
				continue
			}
			require.EqualValues(c.t, exitDenied, result.exitCode, "%s must not read %s: %s", service, p, result.message)
			require.Contains(c.t, result.message, p.prefix+"/", "the message names the missing grant")
			require.Contains(c.t, result.message, map[string]string{
				"eks": "grant s3:GetObject", "gke": "grant the pod's identity roles/storage.objectViewer on gs://",
			}[c.Stack])
		}
	}
}

// TestIdentity_podWithoutGrant runs fetchers with service accounts that have no role, or no permissions.
func TestIdentity_podWithoutGrant(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		accounts := c.client().CoreV1().ServiceAccounts(namespace)
		const name = "no-grant"
		account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name}}
		_, err := accounts.Create(context.Background(), account, metav1.CreateOptions{})
		require.NoError(t, err)
		t.Cleanup(func() { _ = accounts.Delete(context.Background(), name, metav1.DeleteOptions{}) })
		p := readPrefix{"models", "bankchurn"}
		c.putObject(p.bucket, p.object(), []byte("content\n"))
		result := c.fetchResults(c.createFetchPod("bankchurn", name, nil, []readPrefix{p}))[p]
		require.EqualValues(t, exitDenied, result.exitCode, result.message)
		require.Contains(t, result.message, map[string]string{
			"eks": "annotate the pod's service account with its role (eks.amazonaws.com/role-arn)",
			"gke": "grant the pod's identity roles/storage.objectViewer on gs://",
		}[c.Stack])
	})
}

// identityModes returns the values of modelferry:identity.
func (c *cloud) identityModes() []string {
	if c.Stack == "eks" {
		return []string{"irsa", "podIdentity"}
	}
	return []string{"workloadIdentity"}
}

// useIdentity deploys the stack with an identity mode, unless it is the default. It waits until EKS knows of it.
func (c *cloud) useIdentity(identity string) {
	c.t.Helper()
	if identity != "podIdentity" {
		return
	}
	c.setConfig("config:\n    modelferry:identity: podIdentity\n")
	c.run("up")
	c.waitForPropagation()
}

// allPrefixes puts an object into each service's prefix of both buckets, and returns the prefixes.
func (c *cloud) allPrefixes() []readPrefix {
	c.t.Helper()
	var prefixes []readPrefix
	for _, bucket := range []string{"models", "datasets"} {
		for _, service := range slices.Sorted(maps.Keys(deployments)) {
			p := readPrefix{bucket, service}
			c.putObject(bucket, p.object(), []byte("content of "+p.String()+"\n"))
			prefixes = append(prefixes, p)
		}
	}
	return prefixes
}

func (p readPrefix) String() string { return p.bucket + "/" + p.prefix }

// object is the name of the object that tests read. It has its prefix.
func (p readPrefix) object() string { return p.prefix + "/access-test" }

// container is the name of the container that reads the object.
func (p readPrefix) container() string { return p.bucket + "-" + p.prefix }

// createFetchPod creates a pod in which a service's fetcher reads each prefix, in a container of its own. The pod has
// the network policy of the service, is no part of it otherwise, and runs as the given service account.
func (c *cloud) createFetchPod(service, account string, env []corev1.EnvVar, prefixes []readPrefix) string {
	c.t.Helper()
	deployment, err := c.client().AppsV1().Deployments(namespace).Get(context.Background(), deployments[service], metav1.GetOptions{})
	require.NoError(c.t, err)
	spec := *deployment.Spec.Template.Spec.DeepCopy()
	fetcher := spec.InitContainers[slices.IndexFunc(spec.InitContainers, func(i corev1.Container) bool { return i.Name == "fetcher" })]
	scheme := map[string]string{"eks": "S3", "gke": "GCS"}[c.Stack]
	spec.InitContainers, spec.Containers, spec.Volumes = nil, nil, nil
	spec.ServiceAccountName, spec.DeprecatedServiceAccount, spec.RestartPolicy = account, "", corev1.RestartPolicyNever
	for _, p := range prefixes {
		container := *fetcher.DeepCopy()
		container.Name = p.container()
		container.Resources = corev1.ResourceRequirements{
			Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("10m"), corev1.ResourceMemory: resource.MustParse("16Mi")},
		}
		container.Env = append(append(container.Env, env...),
			corev1.EnvVar{Name: scheme + "_BUCKET", Value: c.bucket(p.bucket)},
			corev1.EnvVar{Name: scheme + "_MODEL_PATH", Value: p.object()},
			corev1.EnvVar{Name: "LOCAL_MODEL_PATH", Value: "/models/model"},
			corev1.EnvVar{Name: "FETCH_IDENTITY_WAIT", Value: "8s"}, corev1.EnvVar{Name: "FETCH_RETRIES", Value: "0"},
			corev1.EnvVar{Name: "MODEL_SHA256"}, corev1.EnvVar{Name: "MODEL_VERSION"}, corev1.EnvVar{Name: "ARTIFACTS"},
		)
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

// fetchResults waits until all containers of a pod of createFetchPod have ended.
func (c *cloud) fetchResults(name string) map[readPrefix]fetchResult {
	c.t.Helper()
	results := map[readPrefix]fetchResult{}
	waitFor(c.t, func() error {
		pod, err := c.client().CoreV1().Pods(namespace).Get(context.Background(), name, metav1.GetOptions{})
		if err != nil {
			return err
		}
		for _, status := range pod.Status.ContainerStatuses {
			bucket, prefix, _ := strings.Cut(status.Name, "-")
			if end := status.State.Terminated; end != nil {
				results[readPrefix{bucket, prefix}] = fetchResult{end.ExitCode, end.Message}
			}
		}
		if len(results) < len(pod.Spec.Containers) {
			return fmt.Errorf("pod %s has to end: %+v", name, pod.Status.ContainerStatuses)
		}
		return nil
	})
	return results
}

// waitForPropagation waits until earlier changes of permissions have an effect.
func (c *cloud) waitForPropagation() {
	c.t.Helper()
	const margin = 2 * time.Second // the S3 server's policies are changed twice a second, timestamps have seconds
	time.Sleep(c.cloudState().Delay() + margin)
}
