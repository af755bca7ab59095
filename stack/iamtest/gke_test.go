package iamtest

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// gkeEvaluator decides by IAM bindings. Google has no offline evaluator, but the rules are simple: a role is a list of
// permissions, bindings are additive, and a binding on a managed folder applies to every object with its prefix.
// https://cloud.google.com/storage/docs/managed-folders#permissions
type gkeEvaluator struct{ *stacktest.Record }

// rolePermissions are the permissions for objects and buckets of the roles that the program grants.
// https://cloud.google.com/storage/docs/access-control/iam-roles
var rolePermissions = map[string][]string{
	"roles/storage.objectViewer":                {"storage.objects.get", "storage.objects.list"},
	"roles/storage.objectCreator":               {"storage.objects.create"},
	"roles/container.defaultNodeServiceAccount": nil,
	"roles/artifactregistry.reader":             nil,
}

var gcsPermissions = map[string]string{
	"read": "storage.objects.get", "list": "storage.objects.list", "write": "storage.objects.create",
	"delete": "storage.objects.delete", "set policy": "storage.buckets.setIamPolicy",
}

func (g gkeEvaluator) allows(t *testing.T, request accessRequest) bool {
	t.Helper()
	member := "principal://outsider"
	if request.principal == logDelivery {
		member = "group:cloud-storage-analytics@google.com"
	} else if deployment, ok := deployments[request.principal]; ok {
		member = "principal://iam.googleapis.com/projects/" + stacktest.ProjectNumber +
			"/locations/global/workloadIdentityPools/modelferry-demo.svc.id.goog/subject/ns/ml-portfolio/sa/" + deployment
	}
	bucket := g.MustGet(t, "gcp:storage/bucket:Bucket", request.bucket).Input("name")
	for _, binding := range g.Registrations {
		role, isBinding := binding.Input("role").(string)
		if !isBinding {
			continue
		}
		granted, known := rolePermissions[role]
		require.True(t, known, "%s grants %s: add its permissions to rolePermissions", binding, role)
		if binding.Input("member") != member || !slices.Contains(granted, gcsPermissions[request.verb]) {
			continue
		}
		bindingBucket, folder := binding.Input("bucket"), binding.Input("managedFolder")
		applies := bindingBucket == nil || bindingBucket == bucket // without a bucket, the binding is the project's
		if folder != nil {
			applies = applies && strings.HasPrefix(request.object, folder.(string))
		}
		if applies {
			return true
		}
	}
	return false
}
