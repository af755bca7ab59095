package status

import (
	"bytes"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"

	"github.com/modelferry/modelferry/cli/diagnosis"
	"github.com/modelferry/modelferry/config"
)

var (
	oldDigest = strings.Repeat("0a", 32)
	newDigest = strings.Repeat("1b", 32)
)

const (
	oldPath = "churn/0a0a0a0a0a0a/model.joblib"
	newPath = "churn/1b1b1b1b1b1b/model.joblib"
)

// testConfig has the services churn, with a release, and taxi, without.
func testConfig(path, sha256, delivery string) config.Config {
	return config.Config{
		Namespace: "ml",
		Services: map[string]config.Service{
			"churn": {Prefix: "churn/", Artifacts: map[string]config.Artifact{"model": {Dest: "model.joblib"}}}, "taxi": {},
		},
		Releases: map[string]config.Release{"churn": {
			Delivery: delivery, Artifacts: map[string]config.ArtifactRelease{"model": {Path: path, SHA256: sha256, Size: "5B"}},
		}},
	}
}

func labels() map[string]string {
	return map[string]string{
		"app.kubernetes.io/part-of": "modelferry", "tier": "ml-service", diagnosis.ServiceLabel: "churn", "app": "churn-predictor",
	}
}

// deployment is a finished rollout with pods, or one that has failed.
func deployment(pods int32, failed bool) []runtime.Object {
	progressing := appsv1.DeploymentCondition{
		Type: appsv1.DeploymentProgressing, Status: corev1.ConditionTrue, Reason: "NewReplicaSetAvailable",
	}
	if failed {
		progressing.Status, progressing.Reason = corev1.ConditionFalse, "ProgressDeadlineExceeded"
	}
	return []runtime.Object{
		&appsv1.Deployment{
			ObjectMeta: metav1.ObjectMeta{Name: "churn-predictor", Namespace: "ml", UID: "deployment", Labels: labels()},
			Spec:       appsv1.DeploymentSpec{Replicas: &pods},
			Status: appsv1.DeploymentStatus{
				Replicas: pods, UpdatedReplicas: pods, ReadyReplicas: pods, AvailableReplicas: pods,
				Conditions: []appsv1.DeploymentCondition{
					progressing, {Type: appsv1.DeploymentAvailable, Status: corev1.ConditionTrue},
				},
			},
		},
		&appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{
			Name: "new", Namespace: "ml", UID: "new", Labels: labels(), CreationTimestamp: metav1.Unix(1000, 0),
			Annotations:     map[string]string{"deployment.kubernetes.io/revision": "2"},
			OwnerReferences: []metav1.OwnerReference{{UID: "deployment"}},
		}},
	}
}

// pod is a pod that was created for an artifact, and whose fetcher has ended with a message.
func pod(name, annotation, message string, ready bool) *corev1.Pod {
	condition := corev1.PodCondition{Type: corev1.PodReady, Status: corev1.ConditionTrue}
	terminated := &corev1.ContainerStateTerminated{Message: message}
	if !ready {
		condition.Status = corev1.ConditionFalse
		terminated.ExitCode, terminated.Reason = 5, "Error"
	}
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: "ml", Labels: maps.Clone(labels()), OwnerReferences: []metav1.OwnerReference{{UID: "new"}},
			Annotations: map[string]string{artifactAnnotation + "model": annotation},
		},
		Spec: corev1.PodSpec{InitContainers: []corev1.Container{{Name: diagnosis.FetcherContainer}}},
		Status: corev1.PodStatus{
			Conditions: []corev1.PodCondition{condition},
			InitContainerStatuses: []corev1.ContainerStatus{{
				Name: diagnosis.FetcherContainer, State: corev1.ContainerState{Terminated: terminated},
			}},
		},
	}
}

func report(path, sha256, verified string) string {
	return fmt.Sprintf(`{"outcome": "done", "seconds": 0.3, "artifacts": [{"source": "s3://models/%s", "sha256": %q, "verified": %q}]}`,
		path, sha256, verified)
}

func mounted(name, path string) *corev1.Pod {
	p := pod(name, path, "", true)
	p.Spec.InitContainers, p.Status.InitContainerStatuses = nil, nil
	return p
}

func TestRead(t *testing.T) {
	for name, tt := range map[string]struct {
		config  config.Config
		objects []runtime.Object
		inSync  bool
		want    []string // the words of the first row, after the artifact
		problem string
	}{
		"signed": {
			testConfig(newPath, newDigest, "fetch"),
			append(deployment(1, false), pod("a", newPath+"@sha256:"+newDigest,
				strings.Replace(report(newPath, newDigest, "sha256"), `"verified"`, `"signature": "key", "verified"`, 1), true)),
			true, []string{"1b1b1b1b1b1b", "1b1b1b1b1b1b", "sha256,", "signed", "(key)", "1/1", "0.3s", "90s", "in", "sync"}, "",
		},
		"no signature required": {
			testConfig(newPath, newDigest, "fetch"),
			append(deployment(1, false), pod("a", newPath+"@sha256:"+newDigest,
				strings.Replace(report(newPath, newDigest, "sha256"), `"verified"`, `"signature": "none", "verified"`, 1), true)),
			true, []string{"1b1b1b1b1b1b", "1b1b1b1b1b1b", "sha256", "1/1", "0.3s", "90s", "in", "sync"}, "",
		},
		"in sync": {
			testConfig(newPath, newDigest, "fetch"),
			append(deployment(2, false), pod("a", newPath+"@sha256:"+newDigest, report(newPath, newDigest, "sha256"), true),
				pod("b", newPath+"@sha256:"+newDigest, report(newPath, newDigest, "sha256"), true)),
			true, []string{"1b1b1b1b1b1b", "1b1b1b1b1b1b", "sha256", "2/2", "0.3s", "90s", "in", "sync"}, "",
		},
		"released, not deployed": {
			testConfig(newPath, newDigest, "fetch"),
			append(deployment(1, false), pod("a", oldPath+"@sha256:"+oldDigest, report(oldPath, oldDigest, "sha256"), true)),
			false, []string{"1b1b1b1b1b1b", "0a0a0a0a0a0a", "sha256", "1/1", "0.3s", "90s", "differs"}, "",
		},
		"another digest at the path": {
			testConfig(newPath, newDigest, "fetch"),
			append(deployment(1, false), pod("a", newPath+"@sha256:"+oldDigest, report(newPath, oldDigest, "sha256"), true)),
			false, []string{"1b1b1b1b1b1b", "0a0a0a0a0a0a", "sha256", "1/1", "0.3s", "90s", "differs"}, "",
		},
		"digests in another case": {
			testConfig(newPath, strings.ToUpper(newDigest), "fetch"),
			append(deployment(1, false), pod("a", newPath+"@sha256:"+newDigest, report(newPath, newDigest, "sha256"), true)),
			true, []string{"1b1b1b1b1b1b", "1b1b1b1b1b1b", "sha256", "1/1", "0.3s", "90s", "in", "sync"}, "",
		},
		"no digest wanted": {
			testConfig(newPath, "", "fetch"), append(deployment(1, false), pod("a", newPath, report(newPath, newDigest, "crc"), true)),
			true, []string{newPath, "1b1b1b1b1b1b", "crc", "1/1", "0.3s", "90s", "in", "sync"}, "",
		},
		"the report is lost": {
			testConfig(newPath, newDigest, "fetch"), append(deployment(1, false), pod("a", newPath+"@sha256:"+newDigest, "", true)),
			true, []string{"1b1b1b1b1b1b", "1b1b1b1b1b1b", "sha256", "1/1", "0.0s", "90s", "in", "sync"}, "",
		},
		"mounted": {
			testConfig(newPath, newDigest, "csi"), append(deployment(1, false), mounted("a", newPath)),
			true, []string{"1b1b1b1b1b1b", newPath, "unverified", "(csi)", "1/1", "0.0s", "90s", "in", "sync"}, "",
		},
		"mounted, another path": {
			testConfig(newPath, newDigest, "csi"), append(deployment(1, false), mounted("a", oldPath)),
			false, []string{"1b1b1b1b1b1b", oldPath, "unverified", "(csi)", "1/1", "0.0s", "90s", "differs"}, "",
		},
		"failed rollout": {
			testConfig(newPath, newDigest, "fetch"),
			append(deployment(1, true), pod("a", oldPath+"@sha256:"+oldDigest, report(oldPath, oldDigest, "sha256"), true),
				pod("b", newPath+"@sha256:"+newDigest, "wrong digest", false)),
			false, []string{"1b1b1b1b1b1b", "0a0a0a0a0a0a", "sha256", "1/1", "0.3s", "90s", "not", "ready"},
			`gke: churn: pod b: init container "fetcher": exit code 5 (Error): wrong digest`,
		},
		"not deployed": {
			testConfig(newPath, newDigest, "fetch"), nil,
			false, []string{"1b1b1b1b1b1b", "-", "-", "0/0", "0.0s", "-", "not", "ready"}, "gke: churn: not deployed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			state, err := Read(t.Context(), fake.NewClientset(tt.objects...), "gke", tt.config, nil)
			require.NoError(t, err)
			require.Equal(t, tt.inSync, state.InSync)
			require.Len(t, state.Services, 1, "taxi has neither a release nor pods")
			var out bytes.Buffer
			require.NoError(t, WriteTable(&out, []Stack{state}, time.Unix(1090, 0)))
			lines := strings.Split(out.String(), "\n")
			require.Equal(t, append([]string{"gke", "churn", "model"}, tt.want...), strings.Fields(lines[1]), out.String())
			require.Contains(t, out.String(), tt.problem)
		})
	}
}

// Pods of two versions are both shown, and differ from what is wanted.
func TestRead_duringRollout(t *testing.T) {
	client := fake.NewClientset(append(deployment(3, false),
		pod("a", oldPath+"@sha256:"+oldDigest, report(oldPath, oldDigest, "sha256"), true),
		pod("b", newPath+"@sha256:"+newDigest, report(newPath, newDigest, "sha256"), true),
		pod("c", newPath+"@sha256:"+newDigest, report(newPath, newDigest, "sha256"), true))...)
	state, err := Read(t.Context(), client, "gke", testConfig(newPath, newDigest, "fetch"), []string{"churn"})
	require.NoError(t, err)
	require.False(t, state.InSync)
	require.Equal(t, "1b1b1b1b1b1b (2), 0a0a0a0a0a0a (1)", state.Services[0].Artifacts[0].runningText())
}

func TestCheckServices(t *testing.T) {
	require.NoError(t, CheckServices(testConfig("", "", ""), []string{"churn", "taxi"}))
	require.EqualError(t, CheckServices(testConfig("", "", ""), []string{"chrun"}), `invalid service "chrun": must be one of churn, taxi`)
}
