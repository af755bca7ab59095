package provider

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
)

// LocalClusterName is the name of the cluster that exists in every local cloud, for stacks that use an existing
// cluster.
const LocalClusterName = "local"

// OfflineCA is the certificate authority, as base64 of a PEM, of every cluster in an offline plan. It is a self-signed
// certificate, so that every client accepts the kubeconfig. Nobody has its private key.
const OfflineCA = "" +
	"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJWakNCL2FBREFnRUNBZ0VCTUFvR0NDcUdTTTQ5QkFNQ01CSXhFREFPQmdO" +
	"VkJBTVRCMjltWm14cGJtVXcKSUJjTk1qWXdNVEF4TURBd01EQXdXaGdQT1RrNU9URXlNekV5TXpVNU5UbGFNQkl4RURBT0JnTlZC" +
	"QU1UQjI5bQpabXhwYm1Vd1dUQVRCZ2NxaGtqT1BRSUJCZ2dxaGtqT1BRTUJCd05DQUFRSzFZVnR6RVMxd2JHak9CbWMzbjIrCjFo" +
	"OFA2SGovYSs3QlNqamwzUndYT213NVNHVXpwL2wzMjJobFczQWxmdWpyNTJ4ZUFhYzBYbE8rV3RaQmM1SnAKbzBJd1FEQU9CZ05W" +
	"SFE4QkFmOEVCQU1DQWdRd0R3WURWUjBUQVFIL0JBVXdBd0VCL3pBZEJnTlZIUTRFRmdRVQo2bm5IYTBoTjVMMkdEWVRLTTYzczdy" +
	"ZHAzK013Q2dZSUtvWkl6ajBFQXdJRFNBQXdSUUloQU5EK0VuQmk0SmI1CkZiMmtYUVFIUG9ZOXBEY3Q4MHVZMVhzU1grd21QWjFu" +
	"QWlBSWh3NEJFbCtvYnFTNjVISjB3aGUrUFQzYkJ3MTQKUENvOC9HaWI5YjJjZFE9PQotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0t" +
	"Cg=="

// ClusterCA returns the certificate authority of the node's cluster, as base64 of the PEM. Offline it is OfflineCA.
func ClusterCA(r *Request) any {
	if r.Cloud == nil {
		return OfflineCA
	}
	node, err := r.Cloud.Node()
	if err != nil {
		return r.Errorf("cluster %q: %w", r.GetString("name"), err)
	}
	return base64.StdEncoding.EncodeToString(node.CAData)
}

// LookupClusterID is LookupCluster for the outputs of a function. Offline, every name exists and is its own ID.
// LocalClusterName gets a record, so that the cloud does not refuse what refers to it.
func (r *Request) LookupClusterID(typ, name string) any {
	if r.Cloud == nil {
		return name
	}
	id, err := LookupCluster(r.Cloud.Dir, typ, name)
	if err != nil {
		return r.Errorf("%w", err)
	}
	if id == LocalClusterName {
		if err := r.Cloud.save(cloudstate.Resource{Type: typ, ID: id, Outputs: map[string]any{"name": name}}); err != nil {
			return r.Errorf("%w", err)
		}
	}
	return id
}

// LookupCluster returns the ID of the cluster with this type token and name in the local cloud in stackDir: one
// that the stack has created, or LocalClusterName. The error lists the clusters that exist.
func LookupCluster(stackDir, typ, name string) (string, error) {
	if name == LocalClusterName {
		return name, nil
	}
	cloud, err := cloudstate.Load(stackDir)
	if err != nil {
		return "", err
	}
	names := []string{LocalClusterName}
	for _, record := range cloud.OfType(typ) {
		if record.Outputs["name"] == name {
			return record.ID, nil
		}
		names = append(names, fmt.Sprint(record.Outputs["name"]))
	}
	return "", fmt.Errorf("cluster %q does not exist in the local cloud, which has %s", name, strings.Join(names, ", "))
}
