package iamtest

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// onGKE answers from bindings. Google has no evaluator that runs elsewhere; what there is to evaluate is
// little: a role is a list of permissions, bindings only ever add, and one on a managed folder is about every
// object whose name begins with the folder's.
// https://cloud.google.com/storage/docs/managed-folders#permissions
type onGKE struct{ *stacktest.Record }

// permissions of the roles that the program binds, as far as they are about objects and buckets.
// https://cloud.google.com/storage/docs/access-control/iam-roles
var permissions = map[string][]string{
	"roles/storage.objectViewer":                {"storage.objects.get", "storage.objects.list"},
	"roles/storage.objectCreator":               {"storage.objects.create"},
	"roles/container.defaultNodeServiceAccount": nil,
	"roles/artifactregistry.reader":             nil,
}

var permissionOf = map[string]string{
	"read": "storage.objects.get", "list": "storage.objects.list", "write": "storage.objects.create",
	"delete": "storage.objects.delete", "open": "storage.buckets.setIamPolicy",
}

func (g onGKE) allows(t *testing.T, q question) bool {
	t.Helper()
	member := "principal://stranger"
	if q.who == "logs" {
		member = "group:cloud-storage-analytics@google.com"
	} else if deployment, ok := deployments[q.who]; ok {
		member = "principal://iam.googleapis.com/projects/" + stacktest.ProjectNumber +
			"/locations/global/workloadIdentityPools/modelferry-demo.svc.id.goog/subject/ns/ml-portfolio/sa/" + deployment
	}
	bucket := g.One(t, "gcp:storage/bucket:Bucket", q.bucket).At("name")
	for _, binding := range g.All {
		role, bound := binding.At("role").(string)
		if !bound {
			continue
		}
		granted, known := permissions[role]
		require.True(t, known, "%s binds %s, of which this test knows nothing", binding, role)
		if binding.At("member") != member || !slices.Contains(granted, permissionOf[q.verb]) {
			continue
		}
		on, folder := binding.At("bucket"), binding.At("managedFolder")
		within := on == nil || on == bucket // without a bucket it is the project's
		if folder != nil {
			within = within && strings.HasPrefix(q.name, folder.(string))
		}
		if within {
			return true
		}
	}
	return false
}
