package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWarnings_capacity(t *testing.T) {
	const pending = ` (docs/operations.md, "Node capacity")`
	machine := func(machineType string) map[string]any {
		return map[string]any{"cluster.create.machineType": machineType}
	}
	// sixPods are two pods of each service on one node. The pods of bankchurn request cpu, those of the others 240m.
	sixPods := func(cpu string) map[string]any {
		set := map[string]any{"cluster.create.nodes": map[string]any{"min": 1, "max": 1}}
		for _, service := range []string{"bankchurn", "chicagotaxi", "nlpinsight"} {
			set["services."+service+".autoscaling"] = map[string]any{"min": 2, "max": 2}
			set["services."+service+".resources"] = map[string]any{"requests": map[string]any{"cpu": "240m"}}
		}
		set["services.bankchurn.resources"] = map[string]any{"requests": map[string]any{"cpu": cpu}}
		return set
	}
	for _, test := range []struct {
		name, stack string
		set         map[string]any
		want        []string
	}{
		{"e2-medium: 940m allocatable, 490m of it for DaemonSets", "gke", machine("e2-medium"), []string{
			`modelferry:cluster.create.machineType: a pod of bankchurn requests 500m of CPU, but a node of e2-medium has about 450m for it, ` +
				`besides what gke reserves and its system pods request: the pod would stay pending, set a larger machine type` + pending,
			`modelferry:cluster.create.nodes.max: at the maximum of autoscaling the services need 3150m of CPU, but 5 nodes have about ` +
				`2250m of CPU for them: pods would stay pending, raise it` + pending,
		}},
		{"a pod that just fits", "gke", merge(machine("e2-standard-2"), map[string]any{
			"services.bankchurn.resources.requests.cpu": "1440m", "services.bankchurn.resources.limits.cpu": "2"}), nil},
		{"a millicore more", "gke", merge(machine("e2-standard-2"), map[string]any{
			"services.bankchurn.resources.requests.cpu": "1441m", "services.bankchurn.resources.limits.cpu": "2"}), []string{
			`modelferry:cluster.create.machineType: a pod of bankchurn requests 1441m of CPU, but a node of e2-standard-2 has about 1440m ` +
				`for it, besides what gke reserves and its system pods request: the pod would stay pending, set a larger machine type` + pending,
		}},
		{"a limit without a request is the request", "gke", map[string]any{
			"services.bankchurn.resources": map[string]any{"limits": map[string]any{"cpu": "1", "memory": "6Gi"}}}, []string{
			`modelferry:cluster.create.machineType: a pod of bankchurn requests 6144Mi of memory, but a node of e2-standard-2 has about ` +
				`5319Mi for it, besides what gke reserves and its system pods request: the pod would stay pending, set a larger machine type` +
				pending,
		}},
		{"the init container requests more than the server", "gke", map[string]any{
			"fetcher.resources":        map[string]any{"requests": map[string]any{"cpu": "1500m"}, "limits": map[string]any{"cpu": "2"}},
			"cluster.create.nodes.max": 20}, []string{
			`modelferry:cluster.create.machineType: a pod of bankchurn requests 1500m of CPU, but a node of e2-standard-2 has about 1440m ` +
				`for it, besides what gke reserves and its system pods request: the pod would stay pending, set a larger machine type` + pending,
			`modelferry:cluster.create.machineType: a pod of chicagotaxi requests 1500m of CPU, but a node of e2-standard-2 has about 1440m ` +
				`for it, besides what gke reserves and its system pods request: the pod would stay pending, set a larger machine type` + pending,
			`modelferry:cluster.create.machineType: a pod of nlpinsight requests 1500m of CPU, but a node of e2-standard-2 has about 1440m ` +
				`for it, besides what gke reserves and its system pods request: the pod would stay pending, set a larger machine type` + pending,
		}},
		{"17 pods on t3.medium, 3 of them DaemonSets", "eks", map[string]any{
			"services.bankchurn.autoscaling": map[string]any{"max": 9}, "services.bankchurn.resources": map[string]any{},
			"cluster.create.nodes.max": 1}, []string{
			`modelferry:cluster.create.nodes.max: at the maximum of autoscaling the services need 2550m of CPU, but 1 nodes have about ` +
				`1780m of CPU for them: pods would stay pending, raise it` + pending,
			`modelferry:cluster.create.nodes.max: at the maximum of autoscaling the services need 15 pods, but 1 nodes have about ` +
				`14 pods for them: pods would stay pending, raise it` + pending,
		}},
		{"replicas that just fit on the nodes", "gke", sixPods("240m"), nil},
		{"replicas with a millicore more", "gke", sixPods("241m"), []string{
			`modelferry:cluster.create.nodes.max: at the maximum of autoscaling the services need 1442m of CPU, but 1 nodes have about ` +
				`1440m of CPU for them: pods would stay pending, raise it` + pending,
		}},
		{"an unknown machine type", "gke", machine("x9-huge-1"), nil},
		{"an existing cluster", "gke", map[string]any{"cluster": map[string]any{"existing": "production"}}, nil},
		{"a pod on a node with a GPU", "gke", map[string]any{"releases.nlpinsight.backend": "finbert",
			"services.nlpinsight.backends.finbert.resources": map[string]any{
				"requests": map[string]any{"cpu": "4"}, "limits": map[string]any{"cpu": "4"}}}, []string{
			`modelferry:gpu.machineType: a pod of nlpinsight requests 4000m of CPU, but a node of n1-standard-4 has about 3430m for it, ` +
				`besides what gke reserves and its system pods request: the pod would stay pending, set a larger machine type` + pending,
		}},
	} {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, load(t, test.stack, test.set).Warnings()) })
	}
}

// The sidecar of the CSI driver counts too.
func TestWarnings_capacityWithSidecar(t *testing.T) {
	set := map[string]any{"services.bankchurn.resources.requests.cpu": "1300m", "services.bankchurn.resources.limits.cpu": "2"}
	require.Empty(t, load(t, "gke", set).Warnings())
	warnings := load(t, "gke", merge(set, map[string]any{
		"releases.bankchurn.delivery": "csi", "releases.bankchurn.unverified": true})).Warnings()
	require.Len(t, warnings, 1)
	require.Contains(t, warnings[0], "a pod of bankchurn requests 1550m of CPU")
}

// Each bucket of a service has a Mountpoint pod on each node with pods of the service.
func TestWarnings_capacityWithMountpointPods(t *testing.T) {
	const pending = ` (docs/operations.md, "Node capacity")`
	small := map[string]any{"requests": map[string]any{"cpu": "50m", "memory": "64Mi"}}
	csi := map[string]any{"releases.bankchurn.delivery": "csi", "releases.bankchurn.unverified": true,
		"services.bankchurn.resources": small, "services.chicagotaxi.resources": small, "services.nlpinsight.resources": small,
		"fetcher.resources": small}
	replicas := func(bankchurn int) map[string]any {
		single := map[string]any{"min": 1, "max": 1, "singleReplica": true}
		return map[string]any{"services.bankchurn.autoscaling": map[string]any{"max": bankchurn},
			"services.chicagotaxi.autoscaling": single, "services.nlpinsight.autoscaling": single}
	}
	const full = `modelferry:cluster.create.machineType: a node of t3.medium has room for 13 pods, and the scheduler may fill it with ` +
		`%s pods of services, which leaves no room for their 2 Mountpoint pods (delivery csi): pods would stay in ContainerCreating, ` +
		`let the services request more CPU or memory, or set a machine type for more pods` + pending
	for _, test := range []struct {
		name string
		set  map[string]any
		want []string
	}{
		{"11 pods and 2 Mountpoint pods on 13", replicas(9), nil},
		{"12 pods and 2 Mountpoint pods", replicas(10), []string{strings.ReplaceAll(full, "%s", "12")}},
		{"12 pods that just fit the CPU", merge(replicas(10), map[string]any{
			"services.bankchurn.resources": map[string]any{"requests": map[string]any{"cpu": "167m"}}}), []string{
			strings.ReplaceAll(full, "%s", "12")}},
		{"a millicore more for each", merge(replicas(10), map[string]any{
			"services.bankchurn.resources": map[string]any{"requests": map[string]any{"cpu": "168m"}}}), nil},
		{"CPU limits the pods of a node", merge(replicas(10), map[string]any{
			"services.bankchurn.resources": map[string]any{"requests": map[string]any{"cpu": "200m"}}}), nil},
		{"one node", merge(replicas(10), map[string]any{"cluster.create.nodes": map[string]any{"min": 1, "max": 1}}), []string{
			`modelferry:cluster.create.nodes.max: at the maximum of autoscaling the services need 14 pods (with 2 Mountpoint pods), but ` +
				`1 nodes have about 13 pods for them: pods would stay pending, raise it` + pending,
			strings.ReplaceAll(full, "%s", "12"),
		}},
		{"without csi", merge(replicas(10), map[string]any{"releases.bankchurn.delivery": "fetch"}), nil},
	} {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, load(t, "eks", merge(csi, test.set)).Warnings()) })
	}
	t.Run("GKE has a sidecar", func(t *testing.T) {
		require.Empty(t, load(t, "gke", merge(csi, replicas(10))).Warnings())
	})
}

func TestWarnings_s3CSIDriverVersion(t *testing.T) {
	addon := func(version string) map[string]any {
		return map[string]any{"cluster.create.addons": map[string]any{"aws-mountpoint-s3-csi-driver": map[string]any{"version": version}}}
	}
	csi := map[string]any{"releases.bankchurn.delivery": "csi", "releases.bankchurn.unverified": true}
	for version, old := range map[string]bool{
		"v1.15.0-eksbuild.1": true, "v2.4.9-eksbuild.3": true, "v2.5.0-eksbuild.1": false,
		"v2.10.0-eksbuild.1": false, "v3.0.0-eksbuild.1": false,
	} {
		var want []string
		if old {
			want = []string{`modelferry:cluster.create.addons.aws-mountpoint-s3-csi-driver.version: before version 2.5.0 a drained node ` +
				`can lose its mounted buckets before its pods stop, and the cluster autoscaler keeps nodes that are not needed: ` +
				`set v2.5.0-eksbuild.1 or newer`}
		}
		require.Equal(t, want, load(t, "eks", merge(csi, addon(version))).Warnings(), version)
		require.Empty(t, load(t, "eks", addon(version)).Warnings(), "no release uses the driver")
	}
}
