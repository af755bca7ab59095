//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/modelferry/modelferry/local/internal/status"
)

// newServiceConfig lays an identity, and a new service with its release, over the repository's configuration. The
// arguments are the identity, the service and the server's image.
const newServiceConfig = `config:
    modelferry:identity: %[1]s
    modelferry:services:
        %[2]s:
            deployment: %[2]s-detector
            artifacts:
                model: {dest: model.joblib, env: MODEL_PATH}
            resources:
                requests: {cpu: 50m, memory: 64Mi}
                limits: {cpu: "1", memory: 128Mi}
    modelferry:releases:
        %[2]s:
            image: %[3]s
            artifacts:
                model: {path: %[2]s/model.joblib, size: 1MB}
`

// TestAdmissionPolicy_newService adds a service together with its release. EKS does not know of its identity yet when
// the first pod is created, and injects credentials only then. The policy refuses the pod until EKS knows.
func TestAdmissionPolicy_newService(t *testing.T) {
	for _, test := range []struct {
		name, identity, service, variable string
		newPolicy                         bool
	}{
		// Two services: the image repository of the first one is retained when the service is removed.
		{"irsa", "irsa", "fraud", "AWS_WEB_IDENTITY_TOKEN_FILE", false},
		{"podIdentityAndNewPolicy", "podIdentity", "theft", "AWS_CONTAINER_CREDENTIALS_FULL_URI", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			forStack(t, "eks", func(c *cloud) {
				t := c.t
				c.start()
				c.setPropagationDelay(15 * time.Second) // longer than the update takes until it creates the Deployment
				if test.newPolicy {                     // as in a stack that was deployed before the program had the policy
					c.setConfig("config:\n    modelferry:admissionPolicy: {enabled: false}\n")
					c.run("up")
				}
				c.setConfig(fmt.Sprintf(newServiceConfig, test.identity, test.service, c.podTemplate().Containers[0].Image))
				_, took := c.run("up")
				report(t, "up with a new service and identity "+test.identity, "%.1f s", took.Seconds())
				pods := c.podsOf(test.service)
				require.Len(t, pods, 1)
				require.True(t, pods[0].Ready)
				require.Contains(t, c.fetcherEnv(pods[0].Name), test.variable)
				refused := c.refusedPods(test.service+"-detector", test.variable)
				require.NotEmpty(t, refused, "the webhook knew of the service account in time")
			})
		})
	}
}

// podsOf returns the pods of any service, also of one that the repository's configuration does not have.
func (c *cloud) podsOf(service string) []status.Pod {
	c.t.Helper()
	services, err := status.List(context.Background(), c.Layout)
	require.NoError(c.t, err)
	for _, s := range services {
		if s.Name == service {
			return s.Pods
		}
	}
	return nil
}

// refusedPods returns the messages of the events about a Deployment's pods that the admission policy refused because
// the variable was not set.
func (c *cloud) refusedPods(deployment, variable string) []string {
	c.t.Helper()
	events, err := c.client().CoreV1().Events(namespace).List(context.Background(), metav1.ListOptions{
		FieldSelector: "reason=FailedCreate,type=" + corev1.EventTypeWarning,
	})
	require.NoError(c.t, err)
	var messages []string
	for _, event := range events.Items {
		if strings.HasPrefix(event.InvolvedObject.Name, deployment+"-") && strings.Contains(event.Message, variable+" is not set") {
			messages = append(messages, event.Message)
		}
	}
	return messages
}
