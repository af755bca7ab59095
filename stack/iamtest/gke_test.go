package iamtest

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// gkeEvaluator answers from bindings. Google has no evaluator that runs elsewhere; what there is to evaluate is
// little: a role is a list of permissions, bindings only ever add, and one on a managed folder is about every
// object whose name begins with the folder's.
// https://cloud.google.com/storage/docs/managed-folders#permissions
type gkeEvaluator struct{ *stacktest.Record }

// rolePermissions of the roles that the program binds, as far as they are about objects and buckets.
// https://cloud.google.com/storage/docs/access-control/iam-roles
var rolePermissions = map[string][]string{
	"roles/storage.objectViewer":                {"storage.objects.get", "storage.objects.list"},
	"roles/storage.objectCreator":               {"storage.objects.create"},
	"roles/container.defaultNodeServiceAccount": nil,
	"roles/artifactregistry.reader":             nil,
}

var gcsPermissions = map[string]string{
	"read": "storage.objects.get", "list": "storage.objects.list", "write": "storage.objects.create",
	"delete": "storage.objects.delete", "open": "storage.buckets.setIamPolicy",
}

func (g gkeEvaluator) allows(t *testing.T, q accessRequest) bool {
	t.Helper()
	member := "principal://stranger"
	if q.principal == "logs" {
		member = "group:cloud-storage-analytics@google.com"
	} else if deployment, ok := deployments[q.principal]; ok {
		member = "principal://iam.googleapis.com/projects/" + stacktest.ProjectNumber +
			"/locations/global/workloadIdentityPools/modelferry-demo.svc.id.goog/subject/ns/ml-portfolio/sa/" + deployment
	}
	bucket := g.MustGet(t, "gcp:storage/bucket:Bucket", q.bucket).Input("name")
	for _, binding := range g.Registrations {
		role, bound := binding.Input("role").(string)
		if !bound {
			continue
		}
		granted, known := rolePermissions[role]
		require.True(t, known, "%s binds %s, of which this test knows nothing", binding, role)
		if binding.Input("member") != member || !slices.Contains(granted, gcsPermissions[q.verb]) {
			continue
		}
		on, folder := binding.Input("bucket"), binding.Input("managedFolder")
		within := on == nil || on == bucket // without a bucket it is the project's
		if folder != nil {
			within = within && strings.HasPrefix(q.object, folder.(string))
		}
		if within {
			return true
		}
	}
	return false
}
