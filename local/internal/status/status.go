// Package status returns the pods in the local cloud and the models that they serve, as their servers report them.
package status

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/modelferry/modelferry/cli/diagnosis"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// serviceSelector finds the pods of the stack's services.
const serviceSelector = "app.kubernetes.io/part-of=modelferry,tier=ml-service"

// Service is a service with its pods.
type Service struct {
	// Name is the name in the catalogue.
	Name string `json:"name"`
	// URL is that of the cluster IP, which can be reached from this machine.
	URL  string `json:"url"`
	Pods []Pod  `json:"pods"`
}

// Pod is a pod with its model.
type Pod struct {
	Name  string `json:"name"`
	Ready bool   `json:"ready"`
	// State is the pod's phase, Terminating, or the reason why a container waits, such as Init:CrashLoopBackOff.
	State string `json:"state"`
	// Model is nil if the model server does not respond.
	Model *Model `json:"model,omitempty"`
	// FetchSeconds is the duration of the fetcher's last run.
	FetchSeconds float64 `json:"fetchSeconds,omitempty"`
	// FetcherError has the exit code and the message of the fetcher's last run, if that failed.
	FetcherError string `json:"fetcher,omitempty"`
}

// Model is the response of a model server's /model. Fake servers read the files for each request, real ones only before
// they load the model.
type Model struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	// Source is the URL of the model's object, if the server is a real one. SHA256 and Bytes are then the object's, and
	// there are no Artifacts.
	Source string `json:"source,omitempty"`
	// Artifacts and FetchedAt come from the fetcher's marker.
	Artifacts []Artifact `json:"artifacts"`
	FetchedAt time.Time  `json:"fetchedAt"`
}

// Artifact is an object that the fetcher downloaded.
type Artifact struct {
	Dest   string `json:"dest"`
	Source string `json:"source"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	// Signature is how the signature was verified, such as by key, or empty.
	Signature string `json:"signature,omitempty"`
}

// NewClient returns a client of the stack's cluster.
func NewClient(layout paths.Layout) (kubernetes.Interface, error) {
	restConfig, err := clientcmd.BuildConfigFromFlags("", layout.Kubeconfig())
	if err != nil {
		return nil, fmt.Errorf("cluster of %s: %w", layout.Stack, err)
	}
	client, err := kubernetes.NewForConfig(restConfig)
	if err != nil {
		return nil, fmt.Errorf("cluster of %s: %w", layout.Stack, err)
	}
	return client, nil
}

// List returns the services of the stack, sorted by name. It reads them from the cluster and asks every running pod for
// its model.
func List(ctx context.Context, layout paths.Layout) ([]Service, error) {
	client, err := NewClient(layout)
	if err != nil {
		return nil, err
	}
	options := metav1.ListOptions{LabelSelector: serviceSelector}
	services, err := client.CoreV1().Services("").List(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("services of %s: %w", layout.Stack, err)
	}
	pods, err := client.CoreV1().Pods("").List(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("pods of %s: %w", layout.Stack, err)
	}
	var result []Service
	for _, service := range services.Items {
		s := Service{Name: service.Labels["app.kubernetes.io/name"], URL: "http://" + service.Spec.ClusterIP, Pods: []Pod{}}
		for _, pod := range pods.Items {
			if pod.Namespace == service.Namespace && pod.Labels["app"] == service.Spec.Selector["app"] {
				s.Pods = append(s.Pods, podStatus(ctx, pod))
			}
		}
		result = append(result, s)
	}
	slices.SortFunc(result, func(a, b Service) int { return cmp.Compare(a.Name, b.Name) })
	return result, nil
}

func podStatus(ctx context.Context, pod corev1.Pod) Pod {
	p := Pod{Name: pod.Name, State: string(pod.Status.Phase)}
	if pod.DeletionTimestamp != nil {
		p.State = "Terminating"
	}
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			p.Ready = condition.Status == corev1.ConditionTrue
		}
	}
	for _, init := range pod.Status.InitContainerStatuses {
		if waiting := init.State.Waiting; waiting != nil {
			p.State = "Init:" + waiting.Reason
		}
	}
	if fetched, ok := diagnosis.Fetched(&pod); ok {
		p.FetchSeconds = fetched.Seconds
		if fetched.ExitCode != 0 {
			p.FetcherError = fmt.Sprintf("exit %d: %s", fetched.ExitCode, fetched.Message)
		}
	}
	for _, container := range pod.Status.ContainerStatuses {
		if waiting := container.State.Waiting; waiting != nil && waiting.Reason != "PodInitializing" {
			p.State = waiting.Reason
		}
		if container.State.Running != nil && len(container.Name) > 0 {
			p.Model = getModel(ctx, pod.Status.PodIP)
		}
	}
	return p
}

// getModel returns the model of the pod at an address, or nil if the server does not respond.
func getModel(ctx context.Context, address string) *Model {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+":8000/model", nil)
	if err != nil {
		return nil
	}
	response, err := proxylessClient.Do(request)
	if err != nil {
		return nil
	}
	defer response.Body.Close()
	var model Model
	if response.StatusCode != http.StatusOK || json.NewDecoder(response.Body).Decode(&model) != nil {
		return nil
	}
	return &model
}

// proxylessClient ignores the proxy settings of the environment, because proxies cannot reach pods.
var proxylessClient = &http.Client{Transport: &http.Transport{}}
