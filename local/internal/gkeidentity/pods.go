package gkeidentity

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// errNoPod means that no running pod has an address. The kubelet reports a pod's address a second after its start.
var errNoPod = errors.New("no pod has this address")

// FindPod returns the pod with an address, or errNoPod.
type FindPod func(ctx context.Context, ip netip.Addr) (*corev1.Pod, error)

// NewFindPod returns a FindPod that asks the API server. It does without client-go, which would take a third of the
// node process's memory.
func NewFindPod(apiServer, token string, ca []byte) FindPod {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	return func(ctx context.Context, ip netip.Addr) (*corev1.Pod, error) {
		query := url.Values{"fieldSelector": {"status.podIP=" + ip.String()}}
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, apiServer+"/api/v1/pods?"+query.Encode(), nil)
		if err != nil {
			return nil, err
		}
		request.Header.Set("Authorization", "Bearer "+token)
		response, err := client.Do(request)
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("list pods: %s", response.Status)
		}
		var pods corev1.PodList
		if err := json.NewDecoder(response.Body).Decode(&pods); err != nil {
			return nil, fmt.Errorf("list pods: %w", err)
		}
		return selectPod(pods.Items)
	}
}

// selectPod returns the pod that has its address now: that of a pod that has ended may be in use again.
func selectPod(pods []corev1.Pod) (*corev1.Pod, error) {
	for _, pod := range pods {
		ended := pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
		// The address of a pod in the host's network is the node's.
		if !ended && !pod.Spec.HostNetwork {
			return &pod, nil
		}
	}
	return nil, errNoPod
}
