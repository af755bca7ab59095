// Package status tells what runs in the local cloud: each pod, and the model
// that it really serves, asked of the pod itself.
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

	"github.com/modelferry/modelferry/local/internal/paths"
)

// serviceSelector finds the pods of the stack's services.
const serviceSelector = "app.kubernetes.io/part-of=modelferry,tier=ml-service"

// Service is one service and its pods.
type Service struct {
	// Name in the catalogue, and the URL at which the machine reaches it.
	Name string `json:"name"`
	URL  string `json:"url"`
	Pods []Pod  `json:"pods"`
}

// Pod is one pod and its model.
type Pod struct {
	Name  string `json:"name"`
	Ready bool   `json:"ready"`
	// State is Kubernetes' word for what the pod does or waits for.
	State string `json:"state"`
	// Model is what the pod serves; nil when it does not serve yet.
	Model *Model `json:"model,omitempty"`
	// FetchSeconds is how long the fetcher ran.
	FetchSeconds float64 `json:"fetchSeconds,omitempty"`
	// FetcherError is the fetcher's last word, when it did not end well.
	FetcherError string `json:"fetcher,omitempty"`
}

// Model is what a model server says of its model, freshly read.
type Model struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	// Artifacts and FetchedAt are from the fetcher's marker.
	Artifacts []Artifact `json:"artifacts"`
	FetchedAt time.Time  `json:"fetchedAt"`
}

// Artifact is one object that the fetcher brought.
type Artifact struct {
	Dest   string `json:"dest"`
	Source string `json:"source"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// List asks the stack's cluster and every serving pod.
func List(ctx context.Context, layout paths.Layout) ([]Service, error) {
	settings, err := clientcmd.BuildConfigFromFlags("", layout.Kubeconfig())
	if err != nil {
		return nil, fmt.Errorf("cluster of %s: %w", layout.Stack, err)
	}
	client, err := kubernetes.NewForConfig(settings)
	if err != nil {
		return nil, fmt.Errorf("cluster of %s: %w", layout.Stack, err)
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
	d := Pod{Name: pod.Name, State: string(pod.Status.Phase)}
	if pod.DeletionTimestamp != nil {
		d.State = "Terminating"
	}
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			d.Ready = condition.Status == corev1.ConditionTrue
		}
	}
	for _, init := range pod.Status.InitContainerStatuses {
		d.setFetcherState(init)
	}
	for _, container := range pod.Status.ContainerStatuses {
		if waiting := container.State.Waiting; waiting != nil && waiting.Reason != "PodInitializing" {
			d.State = waiting.Reason
		}
		if container.State.Running != nil && len(container.Name) > 0 {
			d.Model = getModel(ctx, pod.Status.PodIP)
		}
	}
	return d
}

// setFetcherState reads the fetcher's summary out of the container's status.
func (p *Pod) setFetcherState(status corev1.ContainerStatus) {
	if waiting := status.State.Waiting; waiting != nil {
		p.State = "Init:" + waiting.Reason
	}
	for _, terminated := range []*corev1.ContainerStateTerminated{status.State.Terminated, status.LastTerminationState.Terminated} {
		if terminated == nil {
			continue
		}
		p.FetchSeconds = terminated.FinishedAt.Sub(terminated.StartedAt.Time).Seconds()
		if terminated.ExitCode != 0 {
			p.FetcherError = fmt.Sprintf("exit %d: %s", terminated.ExitCode, terminated.Message)
		}
		var summary struct {
			Seconds float64 `json:"seconds"`
			Message string  `json:"message"`
		}
		if json.Unmarshal([]byte(terminated.Message), &summary) == nil {
			p.FetchSeconds = cmp.Or(summary.Seconds, p.FetchSeconds)
			if terminated.ExitCode != 0 && summary.Message != "" {
				p.FetcherError = fmt.Sprintf("exit %d: %s", terminated.ExitCode, summary.Message)
			}
		}
		return
	}
}

// getModel asks a pod for its model; nil when it does not answer.
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

// proxylessClient reaches pods without any proxy that the environment names.
var proxylessClient = &http.Client{Transport: &http.Transport{}}
