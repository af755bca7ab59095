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

	"github.com/modelferry/modelferry/local/internal/cloudstate"
)

// revocationDelay is longer than a rollout on a busy machine, so that one that starts at once still has the permission.
const revocationDelay = 25 * time.Second

// grantTypes are the types of the resources by which a service may read its prefixes.
var grantTypes = map[string]string{
	"eks": "aws:iam/rolePolicy:RolePolicy", "gke": "gcp:storage/managedFolderIamMember:ManagedFolderIamMember",
}

// TestIdentity_revokedGrant takes bankchurn's grant away, as an administrator does in the cloud's console, and rolls
// all services. Later it puts the grant back.
func TestIdentity_revokedGrant(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		c.setPropagationDelay(revocationDelay)
		c.setConfig("config:\n    modelferry:fetcher: {identityWait: 6s}\n")
		c.run("up")
		probe := startProbe(t, c.services()["bankchurn"].URL)
		grants := c.revoke("bankchurn")
		c.restart("bankchurn", bankchurnDeployment) // the revocation has no effect yet
		c.waitForPropagation()

		c.restart("nlpinsight", deployments["nlpinsight"])
		c.restart("chicagotaxi", deployments["chicagotaxi"])
		c.startRollout(bankchurnDeployment)
		var message string
		waitFor(t, func() error {
			message = c.deniedFetcher(bankchurnDeployment)
			if message == "" {
				return fmt.Errorf("bankchurn's fetcher has to end with exit code %d", exitDenied)
			}
			return nil
		})
		require.Contains(t, message, "bankchurn/", "the message names the missing grant")
		require.Contains(t, message, "grant ")

		require.NoError(t, cloudstate.Update(c.Dir(), func(cloud *cloudstate.Cloud) error {
			for _, grant := range grants {
				grant.Created, grant.Updated = time.Time{}, time.Time{}
				cloud.Put(grant)
			}
			return nil
		}))
		require.Equal(t, c.publishedDigests(), c.digests(), "the rollout continues by itself")
		_, _, failures := probe.result()
		require.Empty(t, failures, "the old pod has to serve on")
	})
}

// cloudState returns the records of the local cloud.
func (c *cloud) cloudState() *cloudstate.Cloud {
	c.t.Helper()
	cloud, err := cloudstate.Load(c.Dir())
	require.NoError(c.t, err)
	return cloud
}

// setPropagationDelay sets how long a change of a permission takes to have an effect, until the scenario ends.
func (c *cloud) setPropagationDelay(delay time.Duration) {
	c.t.Helper()
	previous := c.cloudState().Delay()
	require.NoError(c.t, cloudstate.SetPropagationDelay(c.Dir(), delay.String()))
	c.t.Cleanup(func() { require.NoError(c.t, cloudstate.SetPropagationDelay(c.Dir(), previous.String())) })
}

// revoke removes a service's grants from the local cloud, and returns them.
func (c *cloud) revoke(service string) []cloudstate.Resource {
	c.t.Helper()
	var grants []cloudstate.Resource
	require.NoError(c.t, cloudstate.Update(c.Dir(), func(cloud *cloudstate.Cloud) error {
		for _, grant := range cloud.OfType(grantTypes[c.Stack]) {
			name := grant.URN[strings.LastIndex(grant.URN, "::")+2:]
			if name == service || strings.HasPrefix(name, service+"-") {
				grants = append(grants, grant)
				cloud.Remove(grant.Type, grant.ID)
			}
		}
		return nil
	}))
	require.NotEmpty(c.t, grants)
	return grants
}

// deniedFetcher returns the message of a Deployment's fetcher that ended because its identity was refused, or "".
func (c *cloud) deniedFetcher(deployment string) string {
	c.t.Helper()
	pods, err := c.client().CoreV1().Pods(namespace).List(context.Background(), metav1.ListOptions{LabelSelector: "app=" + deployment})
	require.NoError(c.t, err)
	for _, pod := range pods.Items {
		for _, status := range pod.Status.InitContainerStatuses {
			for _, state := range []corev1.ContainerState{status.State, status.LastTerminationState} {
				if end := state.Terminated; end != nil && end.ExitCode == exitDenied {
					return end.Message
				}
			}
		}
	}
	return ""
}
