//go:build e2e

package e2e

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
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
		pods[service] = c.createFetchPod(service, deployment, fetchesOf(prefixes))
	}
	for service, pod := range pods {
		results := c.fetchResults(pod)
		require.Len(c.t, results, len(prefixes))
		for _, p := range prefixes {
			result := results[p.fetch().name]
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
		read := p.fetch()
		result := c.fetchResults(c.createFetchPod("bankchurn", name, []fetch{read}))[read.name]
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

// fetch returns what reads the object.
func (p readPrefix) fetch() fetch {
	return fetch{name: p.bucket + "-" + p.prefix, bucket: p.bucket, path: p.object()}
}

// fetchesOf returns what reads the object of each prefix.
func fetchesOf(prefixes []readPrefix) []fetch {
	var fetches []fetch
	for _, p := range prefixes {
		fetches = append(fetches, p.fetch())
	}
	return fetches
}

// waitForPropagation waits until earlier changes of permissions have an effect.
func (c *cloud) waitForPropagation() {
	c.t.Helper()
	const margin = 2 * time.Second // the S3 server's policies are changed twice a second, timestamps have seconds
	time.Sleep(c.cloudState().Delay() + margin)
}
