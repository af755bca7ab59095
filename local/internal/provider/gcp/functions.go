package gcp

import (
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/organizations"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"

	"github.com/modelferry/modelferry/local/internal/provider"
)

var functions = map[string]provider.Function{
	"gcp:organizations/getProject:getProject": {
		Args: organizations.LookupProjectArgs{}, Result: organizations.LookupProjectResult{},
		Outputs: map[string]provider.Value{
			"id":        provider.Text("projects/{projectId}"),
			"projectId": project,
			"name":      provider.Text("{projectId}"),
			"number":    func(r *provider.Request) any { return projectNumber(r.Str("projectId")) },
		},
	},
	"gcp:storage/getProjectServiceAccount:getProjectServiceAccount": {
		Args: storage.GetProjectServiceAccountArgs{}, Result: storage.GetProjectServiceAccountResult{},
		Outputs: map[string]provider.Value{
			"id": provider.Text("{emailAddress}"), "member": provider.Text("serviceAccount:{emailAddress}"),
			"emailAddress": func(r *provider.Request) any {
				return "service-" + projectNumber(fmt.Sprint(project(r))) + "@gs-project-accounts.iam.gserviceaccount.com"
			},
		},
	},
	"gcp:container/getCluster:getCluster": {
		Args: container.LookupClusterArgs{}, Result: container.LookupClusterResult{},
		Outputs: map[string]provider.Value{
			"id":       func(r *provider.Request) any { return r.Existing(clusterType, r.Str("name")) },
			"endpoint": endpoint,
			"selfLink": provider.Text("https://container.googleapis.com/v1/projects/{project}/locations/{location}/clusters/{name}"),
			"masterAuths": func(r *provider.Request) any {
				return []any{map[string]any{
					"clusterCaCertificate": authority(r), "clientCertificate": "", "clientKey": "",
					"clientCertificateConfigs": []any{},
				}}
			},
			"masterVersion": provider.Const(masterVersion),
			"nodeVersion":   provider.Const(masterVersion),
			"workloadIdentityConfigs": func(r *provider.Request) any {
				return []any{map[string]any{"workloadPool": r.Str("project") + ".svc.id.goog"}}
			},
		},
	},
}
