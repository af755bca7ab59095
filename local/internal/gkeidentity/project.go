package gkeidentity

import (
	"errors"
	"fmt"
	"strings"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
)

// Types of resources, as in Pulumi's state.
const (
	bucketType       = "gcp:storage/bucket:Bucket"
	bucketMemberType = "gcp:storage/bucketIAMMember:BucketIAMMember"
	folderType       = "gcp:storage/managedFolder:ManagedFolder"
	folderMemberType = "gcp:storage/managedFolderIamMember:ManagedFolderIamMember"
	projectIAMType   = "gcp:projects/iAMMember:IAMMember"
	clusterType      = "gcp:container/cluster:Cluster"
)

// project is the Google Cloud project of a stack.
type project struct{ id, number string }

// projectOf returns the project of the stack's buckets.
func projectOf(cloud *cloudstate.Cloud) (project, error) {
	for _, bucket := range cloud.OfType(bucketType) {
		id, _ := bucket.Outputs["project"].(string)
		number, _ := bucket.Outputs["projectNumber"].(string)
		if id != "" && number != "" {
			return project{id, number}, nil
		}
	}
	return project{}, errors.New("the stack has no bucket yet")
}

// workloadPool returns the workload identity pool of the stack's cluster, which is that of the project. A cluster that
// the stack does not create has one.
func (p project) workloadPool(cloud *cloudstate.Cloud) (string, error) {
	want := p.id + ".svc.id.goog"
	for _, cluster := range cloud.OfType(clusterType) {
		workloadIdentity, _ := cluster.Inputs["workloadIdentityConfig"].(map[string]any)
		if workloadIdentity["workloadPool"] != want {
			return "", fmt.Errorf("cluster %s has no workload identity: workloadIdentityConfig.workloadPool must be %s", cluster.ID, want)
		}
	}
	return want, nil
}

// principal returns the identifier of a Kubernetes service account.
// https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity#principal-id-examples
func (p project) principal(pool, namespace, serviceAccount string) string {
	return "principal://iam.googleapis.com/" + strings.Join([]string{
		"projects", p.number, "locations/global/workloadIdentityPools", pool, "subject/ns", namespace, "sa", serviceAccount,
	}, "/")
}
