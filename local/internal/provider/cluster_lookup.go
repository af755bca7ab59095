package provider

import (
	"fmt"
	"strings"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
)

// LocalClusterName is the name by which the local cloud's Kubernetes is there without having been created, for a
// stack that is to use an existing cluster.
const LocalClusterName = "local"

// OfflineCA stands in a kubeconfig for a certificate authority that a plan never meets.
const OfflineCA = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCi0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K"

// LookupClusterID is the id under which a function finds the cluster of that type and name: one that the stack has
// created, or LocalCluster. Offline, every name is found.
func (r *Request) LookupClusterID(typ, name string) any {
	if r.Cloud == nil {
		return name
	}
	id, err := LookupCluster(r.Cloud.Dir, typ, name)
	if err != nil {
		return r.Errorf("%w", err)
	}
	return id
}

// LookupCluster is the id of the cluster of that type and name in a stack's folder. The error for one that
// is not there names those that are.
func LookupCluster(dir, typ, name string) (string, error) {
	if name == LocalClusterName {
		return name, nil
	}
	cloud, err := cloudstate.Load(dir)
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
	return "", fmt.Errorf("cluster %q: the local cloud has no such cluster: it has %s", name, strings.Join(names, ", "))
}
